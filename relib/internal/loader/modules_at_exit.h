#ifndef RELIB_INTERNAL_LOADER_MODULES_AT_EXIT_H_
#define RELIB_INTERNAL_LOADER_MODULES_AT_EXIT_H_

namespace relib::internal {

class LoadedModule;

// The modules that are loaded when the process exits: in exit(), before the
// first static destructor of any of them, their before_unload functions run,
// those of the module that was loaded last first. From then on, no module is
// loaded or unloaded. docs/unloading.md describes this for users. Thread-safe.

// Returns true if the process exits. Must be called before the first module is
// mapped.
bool ProcessExits();

// Adds a module that has just been loaded. Returns false if the process exits;
// then the module must stay where it is.
bool AddModule(LoadedModule& module);

// Removes a module for the time in which the calling thread unloads it. Returns
// false if the process exits; then the module must stay where it is.
bool BeginUnloadOf(LoadedModule& module);
// Adds the module again if it stays loaded.
void EndUnloadOf(LoadedModule& module, bool unloaded);

// Removes a module whose before_unload is not to run any more.
void ForgetModule(LoadedModule& module);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_MODULES_AT_EXIT_H_
