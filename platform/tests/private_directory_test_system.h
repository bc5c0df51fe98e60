#ifndef PLATFORM_TESTS_PRIVATE_DIRECTORY_TEST_SYSTEM_H_
#define PLATFORM_TESTS_PRIVATE_DIRECTORY_TEST_SYSTEM_H_

#include <optional>
#include <string>

// The few things that private_directory_test needs from each system.
namespace relib::platform::test {

// Nobody but the owner (and an administrator) can read it.
bool IsForCurrentUserOnly(const std::string& path);

// Makes a directory look like one that a process of this system left.
void MakeStale(const std::string& path);

// Makes a directory look like one of a program of the other system.
void MakeForeign(const std::string& path);

void WriteProtect(const std::string& path);

// Empty where files of that kind don't exist.
std::optional<std::string> MakeFifo(const std::string& path);

bool MakeLink(const std::string& target, const std::string& path);

// A library that can be loaded from a copy.
std::optional<std::string> SomeLibrary();

class LoadedLibrary {
 public:
  explicit LoadedLibrary(const std::string& path);
  ~LoadedLibrary();
  bool ok() const { return handle_ != nullptr; }

 private:
  void* handle_;
};

}  // namespace relib::platform::test

#endif  // PLATFORM_TESTS_PRIVATE_DIRECTORY_TEST_SYSTEM_H_
