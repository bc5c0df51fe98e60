// The thread of the library `counter`, and callbacks that it leaves.
#include "tests/libraries/counter_linux.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "tests/libraries/counter.h"

static int destroyed;
static int signals;
static pthread_key_t key;
static pthread_t thread;
static sem_t stop;

int CounterDestroyed(void) { return destroyed; }
int CounterSignals(void) { return signals; }

static void FreeData(void* value) { destroyed += value != 0; }

int CounterUseKey(void) {
  static int created;
  if (!created) created = pthread_key_create(&key, FreeData) == 0;
  return pthread_setspecific(key, &destroyed);
}

int CounterDeleteKey(void) { return pthread_key_delete(key); }

static void OnSignal(int number) { signals += number == SIGUSR2; }

int CounterHandleSignal(void) { return signal(SIGUSR2, OnSignal) == SIG_ERR; }
int CounterIgnoreSignal(void) { return signal(SIGUSR2, SIG_IGN) == SIG_ERR; }

static void* Loop(void* argument) {
  while (sem_wait(&stop) != 0) {
  }
  return argument;
}

int CounterStartThread(void) {
  sem_init(&stop, 0, 0);
  return pthread_create(&thread, 0, Loop, 0);
}

int CounterStopThread(void) {
  sem_post(&stop);
  return pthread_join(thread, 0);
}
