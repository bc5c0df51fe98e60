#ifndef RELIB_ERRORS_H_
#define RELIB_ERRORS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "relib/backtrace.h"

// Every error of relib is an absl::Status whose message is written for people:
// it names the module and the thing that is wrong, and says what to do. For
// programs, the kind of the error travels along; the functions below get it
// back.

namespace relib {

// Why a module wasn't loaded. Nothing of it is left in the process, unless the
// message says so.
enum class LoadError {
  // There is no such file, or it can't be opened.
  kNotFound,
  // Not a library of a known format, a damaged one, or one that holds no relib
  // manifest.
  kNotAModule,
  // A module for another system or machine, or built in another way than the
  // host, so that they don't agree on the layout of types.
  kIncompatible,
  // The same file is loaded already, whatever it is called.
  kAlreadyLoaded,
  // The module lacks an export that the host's interface has.
  kMissingExport,
  // The module wants an import that the host doesn't give.
  kMissingImport,
  // An export or import is there, but with other types.
  kSignatureMismatch,
  // The system's loader refused; its words are in the message.
  kLoaderFailed,
  // A static constructor of the module threw, or crashed.
  kConstructorFailed,
  // The file changed between the check and the load.
  kChangedWhileLoading,
  // The private copy could not be made.
  kCopyFailed,
  // One of LoadOptions::states belongs to another module, or its value can't
  // become one of the module's layout, or the module's code for it has thrown
  // or crashed.
  kState,
};

// Why a module wasn't unloaded. It is still loaded and works, and Unload() can
// be tried again.
enum class UnloadError {
  // Calls of its exports or main ran, or it was pinned, until the deadline; or
  // Unload() was called from inside of such a call, or under a pin of its own,
  // and would wait for itself.
  kCallsInFlight,
  // Other modules import its functions (Module::Link()); the message names
  // them.
  kInUse,
  // before_unload threw, or crashed.
  kBeforeUnloadFailed,
  // before_unload, or the destructor of a thread_local object that it has used,
  // has not returned by the deadline. It goes on, and another Unload() waits
  // for it instead of calling it again.
  kDeadlineExceeded,
  // Threads that it started run.
  kThreadsStillRunning,
  // The system still calls into it, or refers to it in a way that can't be
  // undone from here: a signal handler runs, a thread has its signal stack in
  // memory of the module.
  kCallbacksInUse,
  // The image is still mapped after the system was asked to unload it.
  kStillMapped,
  // The value of one of LoadOptions::states can't be kept: there is a pointer
  // to the module in it.
  kState,
  // It was loaded to stay: LoadOptions{.unloading = false}.
  kStays,
  // The Module doesn't hold a module: it was unloaded or moved from.
  kNotLoaded,
};

// Why a call of an export or of main didn't return a value.
enum class CallError {
  // The module is being unloaded, or is unloaded. Nothing ran.
  kUnloading,
  // The module's function threw; ExceptionOf() tells what.
  kException,
  // CallMain() of a module without RELIB_MAIN. Nothing ran.
  kNoMain,
  // CallMain<R>() with another R than RELIB_MAIN(R). Nothing ran.
  kWrongMainType,
  // An OptionalExport that the module lacks, or an export of no module at all.
  // Nothing ran.
  kNoExport,
  // With LoadOptions::crash_guard: the module's function crashed; CrashOf()
  // tells how.
  kCrashed,
  // The module has crashed before. Nothing ran.
  kPoisoned,
};

// Empty for a status that is OK, or of another family.
std::optional<LoadError> LoadErrorOf(const absl::Status& status);
std::optional<UnloadError> UnloadErrorOf(const absl::Status& status);
std::optional<CallError> CallErrorOf(const absl::Status& status);

// "kNotAModule" and so on.
std::string_view ToString(LoadError error);
std::string_view ToString(UnloadError error);
std::string_view ToString(CallError error);

// An exception of a module, kept as text: valid when the module is gone.
struct ExceptionInfo {
  // As C++ writes it, "std::runtime_error", also when the module was built
  // without RTTI. Empty for what isn't C++'s.
  std::string type;
  // what() of a std::exception, the text of a thrown string, else empty.
  std::string what;
  // Where it was thrown for the first time: rethrowing doesn't change it. Empty
  // if the exception came from something else than a throw expression or
  // std::make_exception_ptr(), or was kept while 1,000 others were thrown.
  Backtrace backtrace = {};
  // What std::throw_with_nested() has nested in it, and in that, and so on.
  std::vector<ExceptionInfo> causes = {};
};

// Set for a status that comes from an exception. Causes and backtraces are kept
// with the status and its copies in this process; one that was written down and
// read again has type and text alone.
std::optional<ExceptionInfo> ExceptionOf(const absl::Status& status);

// A crash of a module, which LoadOptions::crash_guard has caught. Valid when
// the module is gone.
struct CrashInfo {
  enum class Kind {
    // SIGSEGV, SIGBUS; an access violation.
    kBadAccess,
    kStackOverflow,
    // SIGFPE: a division by zero.
    kArithmetic,
    kIllegalInstruction,
    // abort(), which std::terminate() ends in.
    kAbort,
  };

  Kind kind = Kind::kBadAccess;
  // "SIGSEGV: it wrote to address 0x0".
  std::string what;
  // Where it crashed; the first 64 frames.
  Backtrace backtrace = {};
};

// Set for a status that comes from a crash. Kept with the status and its copies
// in this process.
std::optional<CrashInfo> CrashOf(const absl::Status& status);

namespace internal {

// Make a status of the kind, with the code that fits it.
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

void AttachException(const ExceptionInfo& exception, absl::Status* status);
void AttachCrash(const CrashInfo& crash, absl::Status* status);

// Between an exception and its cause.
inline constexpr std::string_view kCausedBy = "; caused by ";

// "std::runtime_error: text; caused by std::logic_error: text", as much of it
// as is known.
std::string Describe(const ExceptionInfo& exception);

}  // namespace internal
}  // namespace relib

#endif  // RELIB_ERRORS_H_
