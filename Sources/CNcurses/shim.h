#pragma once
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <term.h>

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

// wget_wch takes its window from a mutable global and is a macro in some versions.
static inline int ncurses_read_key(int timeout_milliseconds, wint_t *key) {
  wtimeout(stdscr, timeout_milliseconds);
  return wget_wch(stdscr, key);
}

// TRUE is a macro with a cast, and keypad, leaveok and the like take it beside the global window.
static inline void ncurses_prepare_screen(void) {
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  intrflush(stdscr, FALSE);
  leaveok(stdscr, TRUE);
  curs_set(0);
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

// Key codes are macros with octal literals, some of which Swift imports as Int32 and some not at all.
static inline wint_t ncurses_key_left(void) { return KEY_LEFT; }
static inline wint_t ncurses_key_right(void) { return KEY_RIGHT; }
static inline wint_t ncurses_key_up(void) { return KEY_UP; }
static inline wint_t ncurses_key_down(void) { return KEY_DOWN; }
static inline wint_t ncurses_key_home(void) { return KEY_HOME; }
static inline wint_t ncurses_key_end(void) { return KEY_END; }
static inline wint_t ncurses_key_page_up(void) { return KEY_PPAGE; }
static inline wint_t ncurses_key_page_down(void) { return KEY_NPAGE; }
static inline wint_t ncurses_key_enter(void) { return KEY_ENTER; }
static inline wint_t ncurses_key_backspace(void) { return KEY_BACKSPACE; }
static inline wint_t ncurses_key_back_tab(void) { return KEY_BTAB; }
static inline wint_t ncurses_key_resize(void) { return KEY_RESIZE; }

// The two results of wget_wch that are not errors.
static inline int ncurses_is_key_code(int result) { return result == KEY_CODE_YES; }
static inline int ncurses_is_character(int result) { return result == OK; }
