// Follows a connection from the outside, from nothing but the bytes on the wire: what was negotiated, how the
// next message is laid out, which bytes a signature must cover and whether it does. It shares no state with
// either end, so it can judge both.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "stack/crypto/x509.h"
#include "stack/spdm/parameters.h"

namespace assay::lab {

// The verdict over one signed response.
struct SignatureCheck {
    enum class Result : uint8_t { good, bad, no_key };  // no_key: the signer's chain was never seen
    Result result = Result::no_key;
    uint8_t code = 0;  // CHALLENGE_AUTH, MEASUREMENTS or KEY_EXCHANGE_RSP
    uint8_t slot = 0;
    Bytes transcript;  // the bytes the signature covers or, if it is bad, should, before any hash
    std::string why;   // of a bad one, or of no_key
};

// Leaf keys by certificate chain, for those who see the same chains again and again: reading certificates
// takes longer than anything else here.
using LeafKeys = std::map<Bytes, crypto::PublicKey>;

class Observer {
   public:
    // `leaf_keys`, if given, is filled and used by every observer that shares it; it must outlive them.
    explicit Observer(const crypto::Provider& provider, LeafKeys* leaf_keys = nullptr)
        : provider_(&provider), leaf_keys_(leaf_keys) {}

    // The messages in the order of the wire. A request without an answer may be followed by another request.
    // Bytes after the end of a message (transport padding) are left out of transcripts.
    void request(ByteView message);
    void response(ByteView message);

    spdm::ConnectionState state() const { return state_; }
    const spdm::Parameters& parameters() const { return parameters_; }
    // The layout of the request that comes next, or of `message`, which may be the GET_CAPABILITIES that
    // chooses the version.
    wire::Context request_context() const { return context_; }
    wire::Context request_context(ByteView message) const;
    // The layout of the response to `request`.
    wire::Context response_context(ByteView request) const;
    // The layout of the response that comes next.
    wire::Context expected_response_context() const;
    // The request that is to be answered: after RESPOND_IF_READY the one that was deferred.
    const Bytes& pending() const { return pending_; }
    // The request that ResponseNotReady put off; null when there is none.
    const Bytes* deferred() const { return deferred_ ? &*deferred_ : nullptr; }

    // VCA as it stands.
    const Bytes& vca() const { return vca_; }

    // The version numbers of VERSION.
    const std::vector<uint16_t>& versions() const { return versions_; }
    // Digests by slot, from the last DIGESTS.
    const std::map<uint8_t, Bytes>& digests() const { return digests_; }
    // Complete chain structures by slot. They outlive GET_VERSION, as a certificate cache does, until other
    // algorithms are negotiated.
    const std::map<uint8_t, Bytes>& chains() const { return chains_; }
    void provide_chain(uint8_t slot, Bytes chain) { chains_[slot] = std::move(chain); }

    // What the last response was found to be, if it was a signed one.
    const std::optional<SignatureCheck>& last_signature() const { return last_signature_; }
    // Signed responses so far, by result.
    size_t signatures(SignatureCheck::Result result) const { return counts_[static_cast<size_t>(result)]; }

   private:
    void reset();
    void negotiated(ByteView request, ByteView response);
    void digests(ByteView request, ByteView response);
    void certificate(ByteView request, ByteView response);
    void challenge_auth(ByteView request, ByteView response);
    void measurements(ByteView request, ByteView response);
    void key_exchange(ByteView request, ByteView response);
    void refused(uint8_t code);
    void check(uint8_t code, uint8_t slot, std::string_view context, std::vector<Bytes> transcripts,
               ByteView signature);
    // The leaf's key of a slot's chain, if the chain can be read.
    std::optional<crypto::PublicKey> key(uint8_t slot, std::string& why) const;

    const crypto::Provider* provider_;
    LeafKeys* leaf_keys_;
    spdm::ConnectionState state_ = spdm::ConnectionState::not_started;
    spdm::Parameters parameters_;
    wire::Context context_;
    Bytes pending_;
    std::optional<Bytes> deferred_;
    // Messages that a signature may cover. Whether a refused request restarts them cannot be seen from
    // outside (it may have been refused before or after the point where it would): each place where one may
    // have is kept, and a signature from any of them on is good.
    struct Collected {
        Bytes bytes;
        std::vector<size_t> restarts;

        void clear();
        void may_restart();
        // From the last possible restart back to the beginning, behind `head`, before `tail`.
        std::vector<Bytes> candidates(ByteView head, ByteView tail) const;
    };

    Bytes vca_, first_digests_;
    Collected b_, measurements_;
    bool authenticated_ = false;
    bool digests_open_ = false;  // nothing but GET_DIGESTS since ALGORITHMS
    std::vector<uint16_t> versions_;
    std::map<uint8_t, Bytes> digests_;
    std::map<uint8_t, Bytes> chains_;
    std::tuple<uint32_t, uint32_t, wire::Version> chains_of_{};  // BaseAsymSel, BaseHashSel
    std::map<uint8_t, Bytes> portions_;
    std::optional<SignatureCheck> last_signature_;
    std::array<size_t, 3> counts_{};
};

}  // namespace assay::lab
