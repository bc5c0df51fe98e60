#ifndef RELIB_ERRORS_H_
#define RELIB_ERRORS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "platform/host/crash_kind.h"
#include "relib/backtrace.h"

// The errors of relib. Each is an absl::Status with a readable message: it
// names the module and the cause, and says what to do. The functions below
// return what programs need to know. All of them are thread-safe.

namespace relib {

// The reason why a module wasn't loaded. Nothing of it stays in the process
// unless the message says so.
enum class LoadError {
  // The file doesn't exist or can't be opened.
  kNotFound,
  // The file isn't a library of a known format, is damaged, or contains no
  // relib manifest.
  kNotAModule,
  // The module is built for another system or machine, or with build settings
  // under which types have another layout than in the host.
  kIncompatible,
  // The same file is already loaded, under this or another name.
  kAlreadyLoaded,
  // The module lacks an export of the host's interface.
  kMissingExport,
  // The module uses an import that the host doesn't provide.
  kMissingImport,
  // An export or import has another signature in the module than in the host.
  kSignatureMismatch,
  // The loader of the system failed; the message contains its own. Or the
  // process exits, or has no thread key left.
  kLoaderFailed,
  // A static constructor of the module threw or crashed. See ExceptionOf() and
  // CrashOf().
  kConstructorFailed,
  // The file changed between the check of its manifest and the load.
  kChangedWhileLoading,
  // The private copy could not be created.
  kCopyFailed,
  // A state of LoadOptions::states belongs to another module, its value can't
  // be converted to the module's type, or the module's code for it threw or
  // crashed.
  kState,
  // The module is linked against a shared library that was rebuilt, and this
  // process still runs the old one. The message says what uses it.
  kStaleLibrary,
};

// The reason why a module wasn't unloaded. It stays loaded and usable, and
// Unload() may be called again.
enum class UnloadError {
  // A call or a pin was in flight at the deadline. Or Unload() was called
  // inside of such a call, or under a pin on the same stack, and would wait for
  // itself.
  kCallsInFlight,
  // Other modules import functions of this one (Module::Link()). The message
  // names them.
  kInUse,
  // The module's before_unload threw or crashed. See ExceptionOf() and
  // CrashOf(). Or no thread could be started for it.
  kBeforeUnloadFailed,
  // The module's before_unload, or the destructor of a thread_local object that
  // it used, didn't return before the deadline. It keeps running, and the next
  // Unload() waits for it instead of calling it again.
  kDeadlineExceeded,
  // Threads that the module started were running at the deadline.
  kThreadsStillRunning,
  // The system may still call the module or refers to its memory, and that
  // can't be undone from here: a signal handler runs, or a thread has its
  // signal stack in memory of the module.
  kCallbacksInUse,
  // The system didn't unmap the image. The message says what keeps it.
  kStillMapped,
  // The value of a state of LoadOptions::states can't be kept, because it
  // contains a pointer to the module.
  kState,
  // The module was loaded with LoadOptions{.unloading = false}, the process
  // exits, or it is a child by fork() of the one that loaded the module.
  kStays,
  // The module is already unloaded, or the Module was moved from.
  kNotLoaded,
  // LoadOptions::libraries is kUnload, and something uses a shared library that
  // would be unloaded with the module: a thread, the destructor of a thread
  // key, a signal handler. The message names it.
  kLibraryInUse,
};

// The reason why a call of an export or of main returned no value.
enum class CallError {
  // The module is unloaded or being unloaded. Nothing ran.
  kUnloading,
  // The function threw. See ExceptionOf().
  kException,
  // CallMain() of a module without RELIB_MAIN. Nothing ran.
  kNoMain,
  // CallMain<R>() of a module whose RELIB_MAIN has another type. Nothing ran.
  kWrongMainType,
  // The module lacks this OptionalExport, or the export belongs to no module.
  // Nothing ran.
  kNoExport,
  // The function crashed (LoadOptions::crash_guard). See CrashOf().
  kCrashed,
  // The module has crashed before. Nothing ran.
  kPoisoned,
};

// Return the kind of an error, or nullopt if `status` is OK or has a kind of
// another enumeration.
std::optional<LoadError> LoadErrorOf(const absl::Status& status);
std::optional<UnloadError> UnloadErrorOf(const absl::Status& status);
std::optional<CallError> CallErrorOf(const absl::Status& status);

// Return the name of the enumerator: "kNotAModule".
std::string_view ToString(LoadError error);
std::string_view ToString(UnloadError error);
std::string_view ToString(CallError error);

// An exception that a module threw. It doesn't refer to the module.
struct ExceptionInfo {
  // The name of the type, "std::runtime_error", even if the module is built
  // without RTTI. Empty for exceptions of other languages.
  std::string type;
  // what() of a std::exception, or the text of a thrown string. Otherwise
  // empty.
  std::string what;
  // The place of the first throw; rethrowing the exception changes nothing.
  // Empty if it wasn't created by a throw expression or
  // std::make_exception_ptr(), or if 1,000 others were thrown since.
  Backtrace backtrace = {};
  // The exceptions that std::throw_with_nested() nested in it, outermost first.
  std::vector<ExceptionInfo> causes = {};
};

// Returns the exception that caused `status`, or nullopt if none did. Causes
// and backtraces are available for the status and its copies in this process; a
// status that was serialized and parsed has type and message only.
std::optional<ExceptionInfo> ExceptionOf(const absl::Status& status);

// A crash of a module that LoadOptions::crash_guard caught. It doesn't refer to
// the module.
struct CrashInfo {
  // kBadAccess, kStackOverflow, kArithmetic, kIllegalInstruction or kAbort.
  using Kind = platform::CrashKind;

  Kind kind = Kind::kBadAccess;
  // "SIGSEGV: it wrote to address 0x0".
  std::string what;
  // The place of the crash; at most 64 frames.
  Backtrace backtrace = {};
};

// Returns the crash that caused `status`, or nullopt if none did. It is
// available for the status and its copies in this process.
std::optional<CrashInfo> CrashOf(const absl::Status& status);

namespace internal {

// Returns an error of kind `error`, with the absl::StatusCode that fits it.
absl::Status MakeError(LoadError error, std::string_view message);
absl::Status MakeError(UnloadError error, std::string_view message);
absl::Status MakeError(CallError error, std::string_view message);

// Returns a status with the code and every payload of `status`, so with its
// kind and what ExceptionOf() and CrashOf() return, and with another message.
absl::Status WithContext(const absl::Status& status, std::string_view message);

// Returns an error of kind `error` that was caused by `cause`. It keeps every
// payload of `cause`, except for the kind.
absl::Status WithContext(LoadError error, const absl::Status& cause,
                         std::string_view message);

// Make ExceptionOf() and CrashOf() of `status` and its copies return the first
// argument.
void AttachException(const ExceptionInfo& exception, absl::Status* status);
void AttachCrash(const CrashInfo& crash, absl::Status* status);

// Separates an exception from its cause in Describe().
inline constexpr std::string_view kCausedBy = "; caused by ";

// Returns "std::runtime_error: text; caused by std::logic_error: text", or as
// much of it as is known.
std::string Describe(const ExceptionInfo& exception);

}  // namespace internal
}  // namespace relib

#endif  // RELIB_ERRORS_H_
