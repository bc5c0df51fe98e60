#define _GNU_SOURCE
#include "tests/misbehavior/heap/leaking_library.h"

#include <stdlib.h>
#include <string.h>

struct Memory {
  struct Memory* next;
  char* text;
};

static struct Memory* memories;

int leaking_library_remember(const char* text) {
  struct Memory* const memory = malloc(sizeof(*memory));
  memory->next = memories;
  memory->text = strdup(text);
  memories = memory;
  int count = 0;
  for (const struct Memory* each = memories; each != NULL; each = each->next) {
    ++count;
  }
  return count;
}
