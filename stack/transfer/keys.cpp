#include "stack/transfer/keys.h"

#include <algorithm>
#include <string>

#include "stack/crypto/kdf.h"

namespace assay::transfer {

namespace {

using crypto::HashAlgo;

constexpr KeyInfo kKeys[] = {
#define KEY(name, engine, number, flow, role, label) \
    {#name, Engine::engine, number, Flow::flow, Role::role, label},
#include "stack/transfer/key_table.inc"
#undef KEY
};

constexpr size_t kKeysOfCopyEngine = 6;
constexpr uint64_t kBlockSize = 16;  // of the cipher

// The label, changed where a defect is planted.
std::string label_of(KeyId id, const Checker& checker) {
    std::string label(info(id).label);
    if (checker.has(Defect::label_direction_ignored) && info(id).engine == Engine::copy) {
        label.replace(label.find("d2h") != std::string::npos ? label.find("d2h") : label.find("h2d"), 3,
                      "h2d");
    }
    if (checker.has(Defect::label_terminated)) label.push_back('\0');
    return label;
}

}  // namespace

std::span<const KeyInfo> keys() { return kKeys; }

const KeyInfo& info(KeyId id) { return kKeys[static_cast<size_t>(id)]; }

KeyId copy_engine_key(size_t number, Flow flow, Role role) {
    const size_t of_role = role == Role::user ? 0 : role == Role::kernel ? 2 : 4;
    return static_cast<KeyId>(static_cast<size_t>(KeyId::lce00_h2d_user) + number * kKeysOfCopyEngine +
                              of_role + (flow == Flow::to_cpu ? 1 : 0));
}

Checked<KeyRing> KeyRing::expand(const crypto::Provider& provider, ByteView export_secret, KeyId id,
                                 Checker checker) {
    TRY(checker.demand(Check::secret_size, export_secret.size() >= kUsedSecretSize));
    KeyRing ring(provider, id, checker);
    const bool whole = checker.has(Defect::secret_whole);
    const ByteView used =
        whole ? export_secret : export_secret.first(std::min(kUsedSecretSize, export_secret.size()));
    ring.kept_.push_back({0, TRY(checker.demand_value(Check::secret_size, ring.expanded(used)))});
    return ring;
}

Result<SecretBytes> KeyRing::expanded(ByteView secret) const {
    return crypto::hkdf_expand(*provider_, HashAlgo::sha256, secret, as_bytes(label_of(id_, checker_)),
                               kKeySize);
}

ByteView KeyRing::key(uint32_t version) const {
    auto found = std::ranges::find(kept_, version, &Kept::version);
    return found == kept_.end() ? ByteView() : found->key.view();
}

Checked<> KeyRing::rotate() {
    if (closed()) return std::unexpected(Refusal{Check::key_closed, {}});
    const ByteView old = kept_.back().key.view();
    SecretBytes secret = SecretBytes(old);
    if (!checker_.has(Defect::rotation_without_hash)) {
        crypto::Digest hashed = provider_->digest(HashAlgo::sha256, old);
        secret = SecretBytes(hashed.view());
        wipe(hashed.resize(hashed.size()));
    }
    SecretBytes next = checker_.has(Defect::rotation_same_key)
                           ? SecretBytes(old)
                           : TRY(checker_.demand_value(Check::key_closed, expanded(secret.view())));
    ++version_;
    kept_.push_back({version_, std::move(next)});
    bytes_ = operations_ = 0;
    if (checker_.has(Defect::rotation_drops_old)) kept_.erase(kept_.begin(), kept_.end() - 1);
    if (kept_.size() > kKeptVersions && !checker_.has(Defect::old_key_kept)) kept_.erase(kept_.begin());
    return {};
}

Checked<uint64_t> KeyRing::take_channel_counter() {
    if (closed()) return std::unexpected(Refusal{Check::key_closed, {}});
    TRY(checker_.demand(Check::channel_exhausted, next_channel_ != UINT64_MAX));
    return next_channel_++;
}

uint64_t KeyRing::work() const {
    return bytes_ / kBlockSize + (checker_.has(Defect::work_counts_bytes) ? 0 : operations_);
}

Checked<> KeyRing::may_work() const {
    TRY(checker_.demand(Check::rotation_failed, !failed_));
    if (checker_.has(Defect::threshold_ignored)) return {};
    return checker_.demand(Check::key_threshold, work() < work_limit_);
}

void KeyRing::close() { kept_.clear(); }

}  // namespace assay::transfer
