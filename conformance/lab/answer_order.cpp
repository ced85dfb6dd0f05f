#include "conformance/lab/answer_order.h"

#include "stack/wire/codes.h"

namespace assay::lab {

bool AnswerOrder::wants_marker(wire::Code code, Wait wait) const {
    if (broken_) return false;
    if (wait == Wait::silence) return proves_silence();
    const bool begun = code == wire::code::get_version || !in_order_.empty();
    return begun && !in_order_.contains(code);
}

}  // namespace assay::lab
