#pragma once
#include <stddef.h>

// What has to happen inside signal handlers, where Swift promises nothing: hence in C, with calls that POSIX allows there.

// Takes SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGXCPU as requests, except those that the process was started with ignored
// (nohup, `&` in a script). A second one, but for SIGHUP and SIGXCPU, ends the process at once, and so does the first while
// nothing is at stake.
void process_guard_catch_stops(void);

// Whether something would be lost if the first of them ended the process at once.
void process_guard_set_at_stake(int at_stake);

// From now on everything is saved: a process that was asked to stop, and has not ended half a second later, is ended. It
// waits for a terminal that takes nothing.
void process_guard_set_saved(void);

// The first of them that came, but for SIGHUP; 0 for none.
int process_guard_stop_signal(void);

// Whether SIGHUP has come: the terminal is gone.
int process_guard_has_hung_up(void);

// Makes a crash and SIGQUIT give the terminal back and say why the process ends, before they end it. Swift's own handlers,
// which ask questions on the terminal, stay only if SWIFT_BACKTRACE is set; they then come after.
void process_guard_catch_crashes(void);

// A line for stderr behind the signal's name when the process crashes; empty for none. Cut at some hundred bytes.
void process_guard_set_farewell(const char *line);

// Remembers how the terminal on `descriptor` is to be left: its present modes, and what is to be written to it. Call it
// before the modes are changed, on the thread that draws. Returns 0, or -1 if it is no terminal.
int process_guard_hold_terminal(int descriptor, const char *restoring, size_t length);

// The terminal was given back by other means.
void process_guard_release_terminal(void);

// Sends stderr into the empty file on `to` from now on. Returns 0, or -1 if it stays as it is.
int process_guard_divert_errors(int to, int log);

// Sends stderr where it went before, and what was written meanwhile there and to the file on `log`, if that is one.
void process_guard_return_errors(void);

// Takes note of SIGWINCH from now on.
void process_guard_catch_resizes(void);

// Whether the terminal's window was resized since the last call, even if its size is what it was.
int process_guard_take_resize(void);

// Makes SIGTSTP a request, so that the screen can be left first. Not if the process was started with it ignored.
void process_guard_catch_suspensions(void);

// Whether SIGTSTP is a request now.
int process_guard_catches_suspensions(void);

// Takes the request; 0 if there is none.
int process_guard_take_suspension(void);

// Stops the process as SIGTSTP does by itself; returns when it goes on. For a key, which a terminal sends to all processes
// of the job, it stops these too.
void process_guard_suspend(int whole_job);

// SIGTSTP does again what it does by itself.
void process_guard_leave_suspensions(void);
