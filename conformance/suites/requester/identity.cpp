// Faults in the responder's identity.
#include "conformance/suites/requester/fault.h"

#include "stack/crypto/pki.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;
using spdm::Identity;

namespace {

// 2020-01-01.
constexpr crypto::UnixTime kPast{std::chrono::seconds{1577836800}};

// Other certificates above the same key, of Assay's own PKI for each algorithm.
using MakeCertificates = std::function<Bytes(const crypto::TestPki&, crypto::SignAlgo, lab::Issuers)>;
Setup certificates(const MakeCertificates& make) {
    return [make](Ends& ends) {
        if (!ends.own_identity) ends.impossible = kOwnIssuer;
        for (auto& [algo, slots] : ends.device.identities) {
            const Bytes made = make(lab::hostile_pki(algo, ends.issuers), algo, ends.issuers);
            for (auto& slot : slots) {
                if (slot) slot->certificates = made;
            }
        }
    };
}

// An intermediate that is no CA.
Bytes with_a_plain_intermediate(const crypto::TestPki& pki, crypto::SignAlgo, lab::Issuers) {
    crypto::CertificateSpec spec;
    spec.subject = "Assay hostile intermediate";
    spec.issuer = "Assay hostile root";
    spec.not_before = pki.root.not_before();
    spec.not_after = pki.root.not_after();
    spec.serial = 9;
    spec.key_cert_sign = true;
    auto made = crypto::make_certificate(spec, pki.intermediate_key.public_key(), pki.root_key,
                                         crypto::HashAlgo::sha256);
    return concat({pki.root.der(), made.value().der(), pki.leaf.der()});
}

Bytes without_the_intermediate(const crypto::TestPki& pki, crypto::SignAlgo, lab::Issuers) {
    return concat({pki.root.der(), pki.leaf.der()});
}

// A leaf whose key is of another algorithm, under the same issuers.
Bytes of_another_algorithm(const crypto::TestPki& pki, crypto::SignAlgo algo, lab::Issuers issuers) {
    const bool is_p256 = algo == crypto::SignAlgo::ecdsa_p256;
    const crypto::TestPki other = lab::hostile_pki_with(
        is_p256 ? crypto::SignAlgo::ecdsa_p384 : crypto::SignAlgo::ecdsa_p256, issuers, {});
    if (issuers == lab::Issuers::ed25519) return other.chain_der();
    crypto::CertificateSpec spec;
    spec.subject = "Assay hostile leaf";
    spec.issuer = "Assay hostile intermediate";
    spec.not_before = pki.root.not_before();
    spec.not_after = pki.root.not_after();
    auto made = crypto::make_certificate(spec, other.leaf_key.public_key(), pki.intermediate_key,
                                         crypto::HashAlgo::sha256);
    return concat({pki.root.der(), pki.intermediate.der(), made.value().der()});
}

// A chain whose Length is wrong, and DIGESTS that agree with it.
void wrong_length(const FaultContext& now, Bytes& response) {
    if (code_of(now.request) == code::get_certificate && now.request[4] == 0 && now.request[5] == 0 &&
        response.size() > 8) {
        response[8] ^= 1;
    }
    if (code_of(now.request) != code::get_digests) return;
    auto message = decode<Digests>(response, now.context());
    if (!message) return;
    const crypto::Provider& provider = crypto::openssl_provider();
    const spdm::Suite suite = now.parameters.suite();
    const auto slots = now.device.identities.find(suite.sign);
    if (slots == now.device.identities.end() || !slots->second[0]) return;
    const crypto::HashAlgo hash = suite.hash;
    Bytes chain = slots->second[0]->chain(provider, hash, now.parameters.version);
    chain[0] ^= 1;
    for (Bytes& digest : message->digests) digest = to_bytes(provider.digest(hash, chain).view());
    response = encode_raw(*message, now.context());
}

// A CHALLENGE_AUTH as it was given to an earlier CHALLENGE: its signature is good for the nonce of that one.
void answer_to_another_nonce(const FaultContext& now, Bytes& response) {
    if (code_of(now.request) != code::challenge) return;
    Bytes earlier = now.request;
    earlier[4] ^= 1;  // Nonce
    FaultContext{.parameters = now.parameters, .log = now.log, .request = earlier, .device = now.device}.sign(
        response);
}

void add_slot_faults(std::vector<FaultRow>& rows) {
    const wire::Code digests = code::get_digests;
    const FaultRow more[] = {
        {Check::digests_none, {}, answer(digests, "12010000")},
        {Check::digests_subset, {}, fields<Digests>([](Digests& m) { m.supported_slot_mask = 1; }), {}},
        {Check::cert_slot,
         {},
         fields<CertificateResponse>([](CertificateResponse& m) { m.slot_id ^= 1; }),
         {}},
        {Check::cert_portion, {}, fields<CertificateResponse>([](CertificateResponse& m) {
             m.remainder_length = static_cast<uint16_t>(m.remainder_length + m.cert_chain.size());
             m.cert_chain.clear();
         })},
        {Check::cert_portion,
         {},
         bytes(code::get_certificate,
               [](Bytes& b) {
                   auto m = decode<CertificateResponse>(b, Context{});
                   if (!m) return;
                   m->spdm_version = b.front();
                   m->cert_chain.push_back(0);
                   m->remainder_length -= 1;
                   b = encode_raw(*m, Context{});
               }),
         {}},
        {Check::cert_remainder,
         {},
         fields<CertificateResponse>(
             [](CertificateResponse& m) { m.remainder_length += 1; },
             [](const FaultContext& now) { return now.request[4] != 0 || now.request[5] != 0; }),
         {}},
        {Check::cert_structure, {}, bytes(code::get_certificate, [](Bytes& b) { b[8] ^= 1; }), {}},
        {Check::cert_structure, {}, {}, {}, identity([](Identity& who) { who.certificates.pop_back(); })},
        {Check::cert_digest, {}, bytes(digests, [](Bytes& b) { b[4] ^= 1; }), {}},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

void add_chain_faults(std::vector<FaultRow>& rows) {
    const FaultRow more[] = {
        {Check::cert_root_hash, {}, {}, {}, identity([](Identity& who) { flip(who.root_der); })},
        {Check::cert_order, {}, {}, {}, certificates(without_the_intermediate)},
        {Check::cert_root, {}, {}, {}, leaf([](crypto::CertificateSpec&) {}, "Assay hostile, another root")},
        {Check::cert_validity, {}, {}, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.not_before = kPast;
             spec.not_after = kPast + std::chrono::days{365};
         })},
        {Check::cert_ca, {}, {}, {}, certificates(with_a_plain_intermediate)},
        {Check::cert_leaf_key, {}, {}, {}, certificates(of_another_algorithm)},
        {Check::cert_leaf_not_ca, {}, {}, {}, leaf([](crypto::CertificateSpec& spec) { spec.ca = true; })},
        {Check::cert_leaf_constraints, {}, {}, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.ca = std::nullopt;
         })},
        {Check::cert_leaf_key_usage, {}, {}, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.digital_signature = false;
         })},
        {Check::cert_leaf_role, {}, {}, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.eku = {std::string(crypto::kOidRequesterAuth)};
         })},
        {Check::cert_leaf_hardware_id,
         {},
         {},
         {},
         [](Ends& ends) {
             leaf([](crypto::CertificateSpec& spec) { spec.hardware_identity = true; })(ends);
             ends.device.flags |= cap::alias_cert;
         }},
        {Check::cert_leaf_version, {}, {}, {}, leaf([](crypto::CertificateSpec& spec) { spec.version = 1; })},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

void add_challenge_faults(std::vector<FaultRow>& rows) {
    const FaultRow more[] = {
        {Check::auth_slot, {}, fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_id = 3; })},
        {Check::auth_slot_mask, {}, fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_mask = 4; })},
        {Check::auth_chain_hash, {}, fields<ChallengeAuth>([](ChallengeAuth& m) {
             flip(m.cert_chain_hash);
         })},
        {Check::auth_context, {}, fields<ChallengeAuth>([](ChallengeAuth& m) {
             m.requester_context[7] ^= 1;
         })},
        {Check::auth_opaque,
         {},
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.opaque_data = {1, 2, 3, 4}; }),
         [](Ends& ends) { ends.settings.opaque_formats = 0; }},
        {Check::auth_opaque_form, {}, fields<ChallengeAuth>([](ChallengeAuth& m) {
             m.opaque_data = {2, 0, 0, 0, 0, 0, 0, 0};
         })},
        {Check::auth_opaque_form, {}, fields<ChallengeAuth>([](ChallengeAuth& m) {
             m.opaque_data = {1, 0, 0, 0, 0, 0, 1, 0, 7, 0, 0, 1};
         })},
        {Check::auth_mutual,
         {},
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_id |= kBasicMutAuthReq; }),
         [](Ends& ends) { ends.device.flags &= ~cap::mut_auth; }},
        {Check::auth_signature, {}, bytes(code::challenge, flip)},
        {Check::cert_structure, {}, wrong_length},
        {Check::auth_signature, {}, answer_to_another_nonce, {}, {}, false, "SPDM-CHL-011"},
        {Check::auth_signature,
         {Version::v1_1},
         bytes(code::get_version, without_the_highest),
         with_the_version_before,
         {},
         true,
         "SPDM-VER-015"},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

}  // namespace

void add_identity_faults(std::vector<FaultRow>& rows) {
    add_slot_faults(rows);
    add_chain_faults(rows);
    add_challenge_faults(rows);
}

}  // namespace assay::cases::requester
