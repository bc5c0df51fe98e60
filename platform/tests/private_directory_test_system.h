#ifndef PLATFORM_TESTS_PRIVATE_DIRECTORY_TEST_SYSTEM_H_
#define PLATFORM_TESTS_PRIVATE_DIRECTORY_TEST_SYSTEM_H_

#include <optional>
#include <string>

// The functions of private_directory_test that differ between systems.
namespace relib::platform::test {

// Returns whether only the owner (and an administrator) can read the directory.
bool IsForCurrentUserOnly(const std::string& path);

// Makes a directory look as if an ended process of this system had created it.
void MakeStale(const std::string& path);

// Makes a directory look as if a program of the other system had created it.
void MakeForeign(const std::string& path);

void WriteProtect(const std::string& path);

// Returns nullopt where files of that kind do not exist.
std::optional<std::string> MakeFifo(const std::string& path);

bool MakeLink(const std::string& target, const std::string& path);

// Returns the path of a library that can be loaded from a copy.
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
