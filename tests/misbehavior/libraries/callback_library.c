// Keeps a function and a text, and uses both when it is closed.

static void (*callback)(const char* text);
static const char* text;

__attribute__((visibility("default"))) void KeepCallback(
    void (*function)(const char* text)) {
  callback = function;
}

__attribute__((visibility("default"))) void KeepText(const char* kept) {
  text = kept;
}

__attribute__((destructor)) static void AtEnd(void) {
  volatile char first = text != 0 ? *text : 0;
  (void)first;
  if (callback != 0) callback(text);
}
