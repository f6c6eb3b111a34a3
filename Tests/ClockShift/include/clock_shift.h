#pragma once

// Nothing to call: the library is loaded before others, see clock_shift.c.
