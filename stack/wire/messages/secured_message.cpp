#include "stack/wire/messages/secured_message.h"

namespace assay::wire {

void SecuredMessage::describe(Visitor& v) {
    v.u32({.name = "SessionID"}, session_id);
    v.sized({.name = "SequenceNumber"}, sequence_number, v.context().sequence_size);
    v.length({.name = "Length", .counts = "Payload"}, 2, payload, mac.size());
    v.blob({.name = "Payload"}, payload);
    v.array({.name = "MAC", .kind = FieldKind::mac}, mac);
}

}  // namespace assay::wire
