/* Must not build (L2): it has no entry. */
int nothing(void);
int nothing(void) { return 0; }
