#ifndef PLATFORM_HOST_PROCESS_EXIT_H_
#define PLATFORM_HOST_PROCESS_EXIT_H_

namespace relib::platform {

// Sets the function to call when exit() is about to run the first exit handler
// or static destructor of any loaded module. It is called once, on the thread
// that calls exit(). May be called once, before the first module is loaded.
//
// Not called on Windows, where the system runs those of a library after all of
// the program's, so that the program has unloaded its modules by then.
void BeforeModulesExit(void (*function)());

// Returns true once that function has returned. From then on, modules stay
// where they are until the process ends: their destructors run by themselves.
bool ModulesExit();

}  // namespace relib::platform

#endif  // PLATFORM_HOST_PROCESS_EXIT_H_
