// The keys of the encrypted path: their names, how they are derived from the session, and how they are
// rotated.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stack/crypto/provider.h"
#include "stack/transfer/check.h"

namespace assay::transfer {

enum class Engine : uint8_t { gsp, sec2, copy };
enum class Flow : uint8_t { to_gpu, to_cpu };
enum class Role : uint8_t {
    rpc,
    dma,
    replayable_fault,
    non_replayable_fault,
    p2p_wrapping,
    user,
    kernel,
    scrubber,
    user_hmac,
    kernel_hmac,
    scrubber_hmac,
    p2p,
};

enum class KeyId : uint8_t {
#define KEY(name, engine, number, flow, role, label) name,
#include "stack/transfer/key_table.inc"
#undef KEY
};

struct KeyInfo {
    std::string_view name;
    Engine engine;
    uint8_t number;  // of the copy engine, 0 to 15
    Flow flow;
    Role role;
    std::string_view label;  // ASCII, expanded without a terminator

    bool is_hmac() const { return role >= Role::user_hmac && role <= Role::scrubber_hmac; }
};

inline constexpr size_t kCopyEngines = 16;
// The table, in the order of KeyId.
std::span<const KeyInfo> keys();
const KeyInfo& info(KeyId id);
// The key of copy engine `number` (0 to 15); the role is user, kernel or p2p.
KeyId copy_engine_key(size_t number, Flow flow, Role role);

inline constexpr size_t kKeySize = 32;           // bytes, of AES-256 and of HMAC alike
inline constexpr size_t kExportSecretSize = 48;  // of the session's ExportMasterSecret
inline constexpr size_t kUsedSecretSize = 32;    // its first bytes, which keys are expanded from
inline constexpr size_t kKeptVersions = 16;      // of a key, for opening

// One key through its versions: 0 comes from the session, each later one from the one before it. Keeps the
// last kKeptVersions of them.
class KeyRing {
   public:
    // HKDF-SHA256-Expand(first 32 bytes of the export secret, label, 32). Refuses by secret_size.
    static Checked<KeyRing> expand(const crypto::Provider& provider, ByteView export_secret, KeyId id,
                                   Checker checker = Checker());

    KeyId id() const { return id_; }
    // Of the key that seals now.
    uint32_t version() const { return version_; }
    // The key of a version; empty when it is not kept.
    ByteView key(uint32_t version) const;
    // The next version: HKDF-Expand(SHA256(old key), the same label, 32). Refuses by key_closed.
    Checked<> rotate();
    // A number that no other channel of this key has, from 0. Refuses by channel_exhausted and key_closed.
    Checked<uint64_t> take_channel_counter();
    void set_next_channel_counter(uint64_t next) { next_channel_ = next; }

    // Wipes every version.
    void close();
    bool closed() const { return kept_.empty(); }

    // What the current version has done: bytes, and operations.
    void count(uint64_t operations, uint64_t bytes) {
        bytes_ += bytes;
        operations_ += operations;
    }
    // bytes / 16 + operations, which is what limits of an AEAD count.
    uint64_t work() const;
    // How much work may be done under a version. When that is reached, may_work() refuses by key_threshold.
    void set_work_limit(uint64_t limit) { work_limit_ = limit; }
    Checked<> may_work() const;
    // A key whose rotation failed seals no more: may_work() refuses by rotation_failed.
    void set_failed() { failed_ = true; }

    const crypto::Provider& provider() const { return *provider_; }
    const Checker& checker() const { return checker_; }

   private:
    struct Kept {
        uint32_t version;
        SecretBytes key;
    };
    KeyRing(const crypto::Provider& provider, KeyId id, Checker checker)
        : provider_(&provider), checker_(checker), id_(id) {}
    Result<SecretBytes> expanded(ByteView secret) const;

    const crypto::Provider* provider_;
    Checker checker_;
    KeyId id_;
    uint32_t version_ = 0;
    std::vector<Kept> kept_;  // ascending
    uint64_t next_channel_ = 0;
    uint64_t bytes_ = 0;
    uint64_t operations_ = 0;
    uint64_t work_limit_ = UINT64_MAX;
    bool failed_ = false;
};

}  // namespace assay::transfer
