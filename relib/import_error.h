#ifndef RELIB_IMPORT_ERROR_H_
#define RELIB_IMPORT_ERROR_H_

#include <stdexcept>
#include <string>
#include <utility>

namespace relib {

// Thrown in a module by the call of an import whose callable threw in the host.
// what() holds the type and the message of the host's exception.
class ImportError : public std::runtime_error {
 public:
  ImportError(std::string type, const std::string& text)
      : std::runtime_error(type.empty() ? text : type + ": " + text),
        type_(std::move(type)) {}

  // Returns the type of the host's exception, or "" if it is unknown.
  const std::string& type() const { return type_; }

 private:
  std::string type_;
};

}  // namespace relib

#endif  // RELIB_IMPORT_ERROR_H_
