#include "stack/transfer/work_submission.h"

#include <algorithm>

#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::transfer {

Checked<WorkQueue> WorkQueue::make(std::shared_ptr<KeyRing> ring, Protection protection) {
    const uint64_t channel = TRY(ring->take_channel_counter());
    return WorkQueue(std::move(ring), protection, channel);
}

Checked<> WorkQueue::check_key() const {
    if (ring_->closed()) return std::unexpected(Refusal{Check::key_closed, {}});
    const bool left = std::ranges::any_of(counter_, [](uint64_t word) { return word != UINT64_MAX; });
    return ring_->checker().demand(Check::work_nonce, left);
}

WorkNonce WorkQueue::next_nonce() const {
    Writer out;
    bool carry = true;
    for (const uint64_t word : counter_) {
        out.u64(word + (carry ? 1 : 0));
        carry = carry && word == UINT64_MAX;
    }
    out.u64(channel_);
    WorkNonce nonce{};
    std::ranges::copy(out.view(), nonce.begin());
    return nonce;
}

void WorkQueue::advance() {
    for (uint64_t& word : counter_) {
        if (++word != 0) return;
    }
}

crypto::Digest WorkQueue::mac(ByteView methods) const {
    const WorkNonce nonce = next_nonce();
    Bytes input;
    if (ring_->checker().has(Defect::work_address_unsigned)) {
        for (size_t at = 0; at < methods.size(); at += kMethodSize) append(input, methods.subspan(at + 4, 4));
    } else {
        input = to_bytes(methods);
    }
    if (!ring_->checker().has(Defect::work_nonce_ignored)) append(input, nonce);
    return ring_->provider().hmac(crypto::HashAlgo::sha256, ring_->key(ring_->version()), input);
}

bool WorkQueue::verifies(ByteView methods, ByteView sent) const {
    const size_t compared = ring_->checker().has(Defect::work_mac_short) ? 4 : kMacSize;
    return equal_secret(mac(methods).view().first(compared), sent.first(compared));
}

Checked<Bytes> WorkQueue::sign(std::span<const Method> methods) {
    const Checker& checker = ring_->checker();
    TRY(checker.demand(Check::work_size, !methods.empty() && methods.size() <= kMaxSignedMethods));
    Writer out;
    out.u32(static_cast<uint32_t>(methods.size()));
    for (const Method& method : methods) out.u32(method.address).u32(method.data);
    if (protection_ != Protection::sealed) return std::move(out).take();
    TRY(check_key());
    out.bytes(mac(out.view().subspan(4)).view());
    advance();
    return std::move(out).take();
}

Checked<std::vector<Method>> WorkQueue::accept(ByteView submission) {
    const Checker& checker = ring_->checker();
    Reader in(submission);
    const uint32_t count = TRY(checker.demand_value(Check::work_form, in.u32("count")));
    TRY(checker.demand(Check::work_size, count > 0 && count <= kMaxMethods));
    const ByteView signed_part =
        TRY(checker.demand_value(Check::work_form, in.take(size_t{count} * kMethodSize, "methods")));
    if (protection_ == Protection::sealed) {
        const ByteView sent = TRY(checker.demand_value(Check::work_form, in.take(kMacSize, "MAC")));
        TRY(checker.demand(Check::work_form, in.finish("submission").has_value()));
        TRY(check_key());
        TRY(checker.demand(Check::work_mac, verifies(signed_part, sent)));
        advance();
    } else {
        TRY(checker.demand(Check::work_form, in.finish("submission").has_value()));
    }
    std::vector<Method> methods(count);
    Reader pairs(signed_part);
    for (Method& method : methods) {
        method.address = pairs.u32("address").value_or(0);
        method.data = pairs.u32("data").value_or(0);
    }
    return methods;
}

}  // namespace assay::transfer
