#pragma once
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

// term.h names hundreds of capabilities with macros; these common words among them would reach other code.
#undef columns
#undef lines
#undef tab

// A mutable C global: Swift 6 refuses to read it.
static inline WINDOW *ncurses_screen_window(void) { return stdscr; }

// Mutable C globals, and known only after start_color.
static inline int ncurses_colors(void) { return COLORS; }
static inline int ncurses_color_pairs(void) { return COLOR_PAIRS; }

// getmaxyx is a macro that assigns to its arguments.
static inline int ncurses_width(void) { return getmaxx(stdscr); }
static inline int ncurses_height(void) { return getmaxy(stdscr); }

// Attribute constants are macros with casts, which Swift does not import.
static inline attr_t ncurses_bold(void) { return WA_BOLD; }
static inline attr_t ncurses_dim(void) { return WA_DIM; }
static inline attr_t ncurses_reverse(void) { return WA_REVERSE; }

// cchar_t has an opaque layout, and setcchar's last parameter differs between versions.
static inline int ncurses_put(int y, int x, const wchar_t *text, attr_t attributes, short pair) {
  cchar_t cell;
  if (setcchar(&cell, text, attributes, pair, NULL) == ERR) return ERR;
  return mvwadd_wch(stdscr, y, x, &cell);
}

// TRUE is a macro with a cast, and leaveok and the like take it beside the global window.
static inline void ncurses_prepare_screen(void) {
  cbreak();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  leaveok(stdscr, TRUE);
  curs_set(0);
  // Ctrl-S would freeze the screen, and whoever writes to it. ncurses has no call for that. It also ignores SIGTSTP
  // while it writes a frame: so Ctrl-Z is read as a key.
  struct termios modes;
  if (tcgetattr(STDIN_FILENO, &modes) == 0) {
    modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    def_prog_mode();
  }
}

// The byte of the key that stops a process, by default Ctrl-Z; -1 for none. Before the screen is prepared.
static inline int ncurses_suspend_byte(void) {
  struct termios modes;
  if (tcgetattr(STDIN_FILENO, &modes) != 0 || modes.c_cc[VSUSP] == _POSIX_VDISABLE) return -1;
  return modes.c_cc[VSUSP];
}

// clearok takes the global window; the next refresh paints every cell anew.
static inline void ncurses_repaint(void) {
  werase(stdscr);
  clearok(stdscr, TRUE);
}

// refresh is a macro over the global window in some versions.
static inline void ncurses_refresh(void) { wrefresh(stdscr); }

// tigetstr's "absent" and "cancelled" results are a null pointer and the pointer −1.
static inline int ncurses_has_capability(const char *name) {
  const char *text = tigetstr((char *)name);
  return text != NULL && text != (const char *)-1;
}

static inline const char *ncurses_capability(const char *name) {
  return ncurses_has_capability(name) ? tigetstr((char *)name) : NULL;
}

// setupterm exits the process on failure unless given a place for its error code, and is a macro in some versions.
static inline int ncurses_find_terminal(const char *name, int descriptor) {
  int error = 0;
  return setupterm((char *)name, descriptor, &error) == OK ? 1 : error;
}

// stdin and stdout are mutable C globals.
static inline SCREEN *ncurses_open(const char *name) {
  return newterm((char *)name, stdout, stdin);
}

// CODESET is an enumerator of a type that differs between systems.
static inline const char *ncurses_codeset(void) { return nl_langinfo(CODESET); }
