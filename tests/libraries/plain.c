// A library without a name of its own (DT_SONAME).
int PlainAnswer(void) { return 42; }
