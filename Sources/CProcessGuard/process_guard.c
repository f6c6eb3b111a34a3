#include "process_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// No other signal interrupts `handler`.
static void set_handler(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigfillset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

// MARK: The terminal

static volatile sig_atomic_t holds_terminal = 0;
static atomic_flag is_being_restored = ATOMIC_FLAG_INIT;
static int terminal = -1;
static struct termios modes;
static char restoring_text[512];
static size_t restoring_length = 0;

static void write_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(descriptor, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    // A terminal that takes no more must not keep a process that is ending.
    if (count <= 0) return;
    bytes += count;
    length -= (size_t)count;
  }
}

static void write_text(int descriptor, const char *text) { write_all(descriptor, text, strlen(text)); }

// The thread that draws. A signal may come to any other, and what is drawn after the terminal was restored would undo
// that.
static pthread_t drawing_thread;
static volatile sig_atomic_t is_drawing_to_end = 0;
static volatile sig_atomic_t has_drawing_ended = 0;

static void take_end_of_drawing(int number) {
  (void)number;
  if (!is_drawing_to_end) return;
  has_drawing_ended = 1;
  for (;;) pause();
}

static void end_drawing(void) {
  if (pthread_equal(pthread_self(), drawing_thread)) return;
  is_drawing_to_end = 1;
  if (pthread_kill(drawing_thread, SIGUSR2) != 0) return;
  // A fifth of a second is enough for a thread that runs; one that does not, draws nothing.
  for (int waits = 0; waits < 200 && !has_drawing_ended; ++waits) {
    struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, NULL);
  }
}

int process_guard_hold_terminal(int descriptor, const char *restoring, size_t length) {
  if (tcgetattr(descriptor, &modes) != 0) return -1;
  drawing_thread = pthread_self();
  set_handler(SIGUSR2, take_end_of_drawing, SA_RESTART);
  terminal = descriptor;
  restoring_length = length < sizeof restoring_text ? length : sizeof restoring_text;
  memcpy(restoring_text, restoring, restoring_length);
  holds_terminal = 1;
  return 0;
}

void process_guard_release_terminal(void) { holds_terminal = 0; }

static void restore_terminal(void) {
  if (!holds_terminal) return;
  // Of two threads that crash at once the second leaves it to the first, which ends the process.
  if (atomic_flag_test_and_set(&is_being_restored)) {
    for (;;) pause();
  }
  end_drawing();
  // A terminal that takes nothing, stopped with Ctrl-S or at the end of a line that is cut, would make the next write wait
  // for good: output goes on, and what it has not taken is dropped.
  tcflow(terminal, TCOON);
  tcflush(terminal, TCOFLUSH);
  write_all(terminal, restoring_text, restoring_length);
  tcsetattr(terminal, TCSANOW, &modes);
  holds_terminal = 0;
}

// MARK: stderr

static volatile sig_atomic_t is_diverted = 0;
static int capture = -1;
static int log_descriptor = -1;
static int true_errors = -1;

int process_guard_divert_errors(int to, int log) {
  if (is_diverted) return -1;
  true_errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (true_errors < 0) return -1;
  if (dup2(to, STDERR_FILENO) < 0) {
    close(true_errors);
    return -1;
  }
  capture = to;
  log_descriptor = log;
  is_diverted = 1;
  return 0;
}

// Writes at most `most` bytes to where stderr went before.
static void return_errors(size_t most) {
  if (!is_diverted) return;
  is_diverted = 0;
  dup2(true_errors, STDERR_FILENO);
  close(true_errors);
  char bytes[4096];
  off_t position = 0;
  ssize_t count;
  while ((count = pread(capture, bytes, sizeof bytes, position)) > 0) {
    size_t told = (size_t)count < most ? (size_t)count : most;
    write_all(STDERR_FILENO, bytes, told);
    most -= told;
    if (log_descriptor >= 0) write_all(log_descriptor, bytes, (size_t)count);
    position += count;
  }
}

void process_guard_return_errors(void) { return_errors(SIZE_MAX); }

// What a terminal takes in any case, once it is restored.
enum { errors_of_ending_process = 4096 };

// MARK: Requests to stop

static volatile sig_atomic_t is_at_stake = 0;
static volatile sig_atomic_t stop_signal = 0;
static volatile sig_atomic_t has_hung_up = 0;
static _Atomic long long stopped_at = 0;

// When there was nothing left to save, in milliseconds of a clock that only goes forward; 0 while there is.
static _Atomic long long saved_at = 0;

static long long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static void end_now(int number) {
  restore_terminal();
  return_errors(errors_of_ending_process);
  _exit(128 + number);
}

static void take_stop(int number) {
  if (number == SIGHUP) {
    has_hung_up = 1;
    if (!is_at_stake) end_now(number);
    return;
  }
  // A process that has used up its time gets this one every second, until it is killed.
  if (number == SIGXCPU && stop_signal != 0) return;
  // `timeout`, and others that pass a signal on, send it to the process and then to its group: that is one request.
  if (number == stop_signal && milliseconds() - stopped_at < 200) return;
  if (stop_signal != 0 || !is_at_stake) end_now(number);
  stop_signal = number;
  stopped_at = milliseconds();
  alarm(1);
}

// The thread that should leave may be one that waits for a terminal which takes nothing.
static void take_alarm(int number) {
  (void)number;
  long long since = saved_at;
  // Half a second is enough to leave in order.
  if (since != 0 && milliseconds() - since >= 500) end_now(stop_signal);
  alarm(1);
}

void process_guard_catch_stops(void) {
  // Batch systems send the last two some time before they kill.
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU};
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; ++index) {
    struct sigaction action;
    if (sigaction(numbers[index], NULL, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    set_handler(numbers[index], take_stop, SA_RESTART);
  }
  set_handler(SIGALRM, take_alarm, SA_RESTART);
}

void process_guard_set_at_stake(int at_stake) { is_at_stake = at_stake; }
void process_guard_set_saved(void) { saved_at = milliseconds(); }
int process_guard_stop_signal(void) { return stop_signal; }
int process_guard_has_hung_up(void) { return has_hung_up; }

// MARK: Ctrl-Z

static volatile sig_atomic_t wants_suspension = 0;

static void take_suspension(int number) {
  (void)number;
  wants_suspension = 1;
}

static int suspensions_are_ours = 0;

void process_guard_catch_suspensions(void) {
  struct sigaction action;
  if (sigaction(SIGTSTP, NULL, &action) != 0) return;
  if (action.sa_handler == SIG_IGN && !suspensions_are_ours) return;
  suspensions_are_ours = 1;
  set_handler(SIGTSTP, take_suspension, 0);
}

int process_guard_take_suspension(void) {
  int wanted = wants_suspension;
  wants_suspension = 0;
  return wanted;
}

int process_guard_catches_suspensions(void) { return suspensions_are_ours; }

void process_guard_suspend(int whole_job) {
  set_handler(SIGTSTP, SIG_DFL, 0);
  if (whole_job) {
    kill(0, SIGTSTP);
  } else {
    raise(SIGTSTP);
  }
  set_handler(SIGTSTP, take_suspension, 0);
}

void process_guard_leave_suspensions(void) {
  if (suspensions_are_ours) set_handler(SIGTSTP, SIG_DFL, 0);
}

// MARK: Resizes

static volatile sig_atomic_t was_resized = 0;

static void take_resize(int number) {
  (void)number;
  was_resized = 1;
}

void process_guard_catch_resizes(void) {
  set_handler(SIGWINCH, take_resize, 0);
}

int process_guard_take_resize(void) {
  int resized = was_resized;
  was_resized = 0;
  return resized;
}

// MARK: Crashes

static const struct {
  int number;
  const char *name;
} crashes[] = {
    {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
    {SIGQUIT, "SIGQUIT"}, {SIGSEGV, "SIGSEGV"}, {SIGTRAP, "SIGTRAP"},
    {SIGSYS, "SIGSYS"},   {SIGPROF, "SIGPROF"}, {SIGVTALRM, "SIGVTALRM"},
};
enum { crash_count = sizeof crashes / sizeof *crashes };

static struct sigaction before[crash_count];
static int keeps_handlers = 0;
static char farewell[768];

void process_guard_set_farewell(const char *line) {
  strncpy(farewell, line, sizeof farewell - 1);
}

static void take_crash(int number) {
  restore_terminal();
  return_errors(errors_of_ending_process);
  for (int index = 0; index < crash_count; ++index) {
    if (crashes[index].number != number) continue;
    write_text(STDERR_FILENO, "iic-tui: ended by ");
    write_text(STDERR_FILENO, crashes[index].name);
    write_text(STDERR_FILENO, farewell[0] ? "; " : "");
    write_text(STDERR_FILENO, farewell);
    write_text(STDERR_FILENO, "\n");
    if (keeps_handlers) {
      sigaction(number, &before[index], NULL);
    } else {
      signal(number, SIG_DFL);
    }
  }
  // Blocked until this handler returns, and then ends the process as it would have.
  raise(number);
}

void process_guard_catch_crashes(void) {
  const char *backtrace = getenv("SWIFT_BACKTRACE");
  keeps_handlers = backtrace != NULL && backtrace[0] != 0;
  // A stack that has overflowed cannot run a handler.
  static char spare_stack[64 * 1024];
  stack_t spare = {.ss_sp = spare_stack, .ss_size = sizeof spare_stack};
  sigaltstack(&spare, NULL);
  for (int index = 0; index < crash_count; ++index) {
    int number = crashes[index].number;
    if (sigaction(number, NULL, &before[index]) != 0) continue;
    if (number == SIGQUIT && before[index].sa_handler == SIG_IGN) continue;
    set_handler(number, take_crash, SA_ONSTACK);
  }
}
