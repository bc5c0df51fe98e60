// What std::call_once() needs of libstdc++, with the system's thread_local
// variables. GCC has built its own with emulated ones, which have other names;
// they are the only ones that libstdc++ shares with its callers.

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl58-cpp): libstdc++'s names.
namespace std {
// As <mutex> declares them: without a constructor, so without a function that
// would call it.
__thread void* __once_callable;
__thread void (*__once_call)();
}  // namespace std

// Called by pthread_once() in std::call_once().
extern "C" void __once_proxy() { std::__once_call(); }
// NOLINTEND(bugprone-reserved-identifier,cert-dcl58-cpp)
