#include "stack/spdm/transcript.h"

#include "stack/wire/requests.h"

namespace assay::spdm {

ByteView finish_part(FinishTranscript reading, ByteView message) {
    constexpr size_t kHeader = 4;
    return reading == FinishTranscript::header ? message.first(std::min(message.size(), kHeader)) : message;
}

void Transcript::clear() {
    vca_.clear();
    m1_.reset();
    l1_.reset();
}

void Transcript::begin(crypto::HashAlgo hash, wire::Version version) {
    version_ = version;
    m1_ = provider_->new_hash(hash);
    l1_ = provider_->new_hash(hash);
    m1_fresh_ = l1_fresh_ = false;
    reset_m1();
    reset_l1();
}

void Transcript::on_request(wire::Code code, bool authenticated) {
    if (wire::resets_any(code, wire::resets::l1)) reset_l1();
    on_session_request(code, authenticated);
}

void Transcript::on_session_request(wire::Code code, bool authenticated) {
    if (wire::resets_any(code, wire::resets::m1) && !authenticated) reset_m1();
}

void Transcript::add_m1(ByteView message) {
    if (!m1_) return;
    m1_->update(message);
    m1_fresh_ = false;
}

// Resets come with nearly every message, so one that would change nothing costs nothing.
void Transcript::reset_m1() {
    if (!m1_ || m1_fresh_) return;
    m1_->reset();
    m1_->update(vca_);
    m1_fresh_ = true;
}

crypto::Digest Transcript::m1() const { return m1_ ? m1_->digest() : crypto::Digest{}; }

void Transcript::restore_m1(SavedM1 saved) {
    m1_ = std::move(saved.hash);
    m1_fresh_ = saved.fresh;
}

void Transcript::add_l1(ByteView message) {
    if (!l1_) return;
    l1_->update(message);
    l1_fresh_ = false;
}

void Transcript::reset_l1() {
    if (!l1_ || l1_fresh_) return;
    l1_->reset();
    if (version_ >= wire::Version::v1_2) l1_->update(vca_);
    l1_fresh_ = true;
}

crypto::Digest Transcript::l1() const { return l1_ ? l1_->digest() : crypto::Digest{}; }

}  // namespace assay::spdm
