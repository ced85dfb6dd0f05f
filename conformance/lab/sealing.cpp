#include "conformance/lab/sealing.h"

namespace assay::lab {

Result<Bytes> seal(const spdm::Session& session, spdm::Direction sender, ByteView message,
                   const Sealing& how) {
    record::SealOptions options = session.seal_options(sender);
    if (how.sequence) options.sequence = *how.sequence;
    options.stated = how.stated;
    options.longer = how.longer;
    if (how.order) options.order = *how.order;
    if (how.session_id) options.session_id = *how.session_id;
    const record::TrafficKey& key = session.key(how.keys.value_or(sender));
    const record::Transport& transport = session.transport();
    if (how.raw) return key.seal_raw(options, transport, message);
    const Bytes data =
        record::to_application(how.application != nullptr ? *how.application : transport, message);
    return key.seal(options, transport, data, how.random);
}

}  // namespace assay::lab
