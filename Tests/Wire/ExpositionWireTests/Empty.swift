// Empty room: the first file that moves in replaces this one.
