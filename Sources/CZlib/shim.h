// zlib as it is installed with libpng; Swift reads its gz* functions directly.
#pragma once
#include <zlib.h>
