#include "fuzz/spdm/chain_memo.h"

#include "stack/base/writer.h"

namespace assay::fuzz {

namespace {

// Everything that chain_violations() looks at.
Bytes question(const std::vector<crypto::Certificate>& chain, const crypto::ChainPolicy& policy) {
    Writer out;
    for (const auto* certificates : {&chain, &policy.roots}) {
        out.u8(static_cast<uint8_t>(certificates->size()));
        for (const crypto::Certificate& certificate : *certificates) {
            out.u32(static_cast<uint32_t>(certificate.der().size())).bytes(certificate.der());
        }
    }
    out.u64(static_cast<uint64_t>(policy.time.time_since_epoch().count()));
    out.u8(static_cast<uint8_t>(policy.leaf_algo)).u8(static_cast<uint8_t>(policy.role));
    out.u8(policy.basic_constraints_required).u8(policy.alias_cert);
    return std::move(out).take();
}

}  // namespace

Result<std::vector<crypto::Certificate>> ChainMemo::read(ByteView der) {
    Bytes key = to_bytes(der);
    if (auto known = read_.find(key); known != read_.end()) return known->second;
    auto certificates = crypto::parse_certificates(der);
    if (!frozen_ && certificates) read_.emplace(std::move(key), *certificates);
    return certificates;
}

std::vector<crypto::ChainRule> ChainMemo::judge(const std::vector<crypto::Certificate>& chain,
                                                const crypto::ChainPolicy& policy) {
    Bytes key = question(chain, policy);
    if (auto known = judged_.find(key); known != judged_.end()) return known->second;
    std::vector<crypto::ChainRule> violated = crypto::chain_violations(chain, policy);
    if (!frozen_) judged_.emplace(std::move(key), violated);
    return violated;
}

}  // namespace assay::fuzz
