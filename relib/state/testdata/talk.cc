#include "relib/state/testdata/talk.h"

#include "relib/module.h"
#include "relib/state/migrate.h"

namespace relib_test {

void CallHost() { relib::imports<TalkImports>().called(); }

#if TALK_VERSION == 2
struct OldTalk {
  int value;
};
RELIB_MIGRATE(const OldTalk& old, Talk& talk) {
  CallHost();
  talk.changed = old.value;
}
#endif

RELIB_IMPORTS(TalkImports);
RELIB_EXPORTS(TalkExports, .use = relib::implement<[](Talk&) {}>);

}  // namespace relib_test
