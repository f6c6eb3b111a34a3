// NcursesUI
