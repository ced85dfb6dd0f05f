#include "stack/spdm/identities.h"

#include <algorithm>

namespace assay::spdm {

using namespace wire;

namespace {

// A CERTIFICATE's bytes before the portion.
constexpr size_t kCertificateHeader = 8;

}  // namespace

void Identities::select(std::optional<crypto::SignAlgo> sign, crypto::HashAlgo hash, Version version) {
    clear();
    hash_ = hash;
    version_ = version;
    if (!sign) return;
    auto found = all_->find(*sign);
    if (found != all_->end()) slots_ = &found->second;
}

void Identities::clear() {
    slots_ = nullptr;
    chains_ = {};
}

const Identity* Identities::find(uint8_t slot) const {
    if (slots_ == nullptr || slot >= kSlots || !(*slots_)[slot]) return nullptr;
    return &*(*slots_)[slot];
}

ByteView Identities::chain(uint8_t slot) {
    const Identity* who = find(slot);
    if (who == nullptr) return {};
    if (chains_[slot].empty()) chains_[slot] = who->chain(*provider_, hash_, version_);
    return chains_[slot];
}

Bytes Identities::chain_digest(uint8_t slot) {
    return to_bytes(provider_->digest(hash_, chain(slot)).view());
}

uint8_t Identities::mask() const {
    uint8_t mask = 0;
    for (uint8_t slot = 0; slot < kSlots; ++slot) {
        if (find(slot) != nullptr) mask = static_cast<uint8_t>(mask | 1U << slot);
    }
    return mask;
}

Digests Identities::digests() {
    Digests response;
    response.slot_mask = mask();
    if (version_ >= Version::v1_3) response.supported_slot_mask = response.slot_mask;
    for (uint8_t slot = 0; slot < kSlots; ++slot) {
        if (find(slot) != nullptr) response.digests.push_back(chain_digest(slot));
    }
    return response;
}

CertificateResponse Identities::portion(const GetCertificate& request, uint8_t slot, size_t room) {
    ByteView all = chain(slot);
    CertificateResponse response;
    response.slot_id = slot;
    size_t offset = std::min<size_t>(request.offset, all.size());
    size_t portion = std::min<size_t>(request.length, all.size() - offset);
    // Without chunking a response has to fit the other side's DataTransferSize.
    if (room > kCertificateHeader) portion = std::min(portion, room - kCertificateHeader);
    response.cert_chain = to_bytes(all.subspan(offset, portion));
    response.remainder_length = static_cast<uint16_t>(all.size() - offset - portion);
    return response;
}

}  // namespace assay::spdm
