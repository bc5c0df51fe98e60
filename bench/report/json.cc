#include "bench/report/json.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"

namespace relib::bench {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool Read(JsonTable* table) {
    return ReadObject([&](const std::string& row) {
             std::map<std::string, JsonField>& object = (*table)[row];
             return object.empty() && ReadObject([&](const std::string& key) {
                      return ReadField(&object[key]);
                    });
           }) &&
           Peek() == '\0';
  }

 private:
  char Peek() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) {
      rest_.remove_prefix(1);
    }
    return rest_.empty() ? '\0' : rest_[0];
  }

  bool Take(char character) {
    if (Peek() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <typename ReadValue>
  bool ReadObject(ReadValue read_value) {
    if (!Take('{')) return false;
    do {
      std::string key;
      if (!ReadString(&key) || !Take(':') || !read_value(key)) return false;
    } while (Take(','));
    return Take('}');
  }

  bool ReadString(std::string* text) {
    if (!Take('"')) return false;
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\') rest_.remove_prefix(1);
      if (rest_.empty() || static_cast<unsigned char>(rest_[0]) < ' ')
        return false;
      text->push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    return Take('"');
  }

  bool ReadField(JsonField* field) {
    if (Peek() == '"') return ReadString(&field->emplace<std::string>());
    const std::string_view number =
        rest_.substr(0, rest_.find_first_not_of("0123456789.e+-"));
    rest_.remove_prefix(number.size());
    return absl::SimpleAtod(number, &field->emplace<double>());
  }

  std::string_view rest_;
};

}  // namespace

std::optional<JsonTable> ReadJson(std::string_view text) {
  JsonTable table;
  if (!Reader(text).Read(&table)) return std::nullopt;
  return table;
}

}  // namespace relib::bench
