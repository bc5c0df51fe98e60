// The parts of libstdc++ that std::call_once() needs, with thread_local
// variables of the system. GCC has built libstdc++ with emulated variables,
// which have other names. These are the only thread_local variables that
// libstdc++ shares with its callers.

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl58-cpp): libstdc++'s names.
namespace std {
// <mutex> declares them like this: they have no constructor, and so no function
// that would call it.
__thread void* __once_callable;
__thread void (*__once_call)();
}  // namespace std

// Called by pthread_once() in std::call_once().
extern "C" void __once_proxy() { std::__once_call(); }
// NOLINTEND(bugprone-reserved-identifier,cert-dcl58-cpp)
