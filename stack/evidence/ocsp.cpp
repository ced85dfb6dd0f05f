#include "stack/evidence/ocsp.h"

#include "stack/evidence/der.h"

namespace assay::evidence {

namespace {

constexpr std::string_view kBasicResponse = "1.3.6.1.5.5.7.48.1.1", kNonce = "1.3.6.1.5.5.7.48.1.2",
                           kOcspSigning = "1.3.6.1.5.5.7.3.9", kNoCheck = "1.3.6.1.5.5.7.48.1.5";
constexpr uint8_t kKeyCompromise = 1, kCertificateHold = 6;

Bytes public_bits(const KeyName& name) {
    // The point of an elliptic key is what SubjectPublicKeyInfo ends with.
    const ByteView spki = key(name).public_key().spki();
    return to_bytes(spki.last(crypto::signature_size(name.algo) + 1));
}

Bytes certificate_id(const OcspForm& form) {
    auto hashed = [&](ByteView bytes) {
        return form.sha384_id ? digest(crypto::HashAlgo::sha384, bytes) : sha1(bytes);
    };
    const Bytes algorithm =
        der::sequence({der::oid(form.sha384_id ? "2.16.840.1.101.3.4.2.2" : "1.3.14.3.2.26"),
                       der::element(der::kNull, {})});
    return der::sequence({algorithm, der::octets(hashed(encode(form.issuer.subject))),
                          der::octets(hashed(public_bits(form.issuer.key))),
                          der::integer(ByteView(form.subject.serial))});
}

Bytes standing(const OcspForm& form) {
    switch (form.standing) {
        case Standing::good: return der::implicit(0, {});
        case Standing::unknown: return der::implicit(2, {});
        case Standing::revoked:
        case Standing::hold: break;
    }
    const uint8_t reason =
        form.reason.value_or(form.standing == Standing::hold ? kCertificateHold : kKeyCompromise);
    const Bytes since = der::generalized_time(form.this_update - std::chrono::days(1));
    return der::tagged(1, concat({since, der::tagged(0, der::enumerated(reason))}));
}

Bytes extensions(const std::vector<Extension>& all) {
    Bytes list;
    for (const Extension& one : all) append(list, encode(one));
    return all.empty() ? Bytes{} : der::tagged(1, der::element(der::kSequence, list));
}

Bytes response_data(const OcspForm& form) {
    const Bytes until = form.next_update ? der::tagged(0, der::generalized_time(*form.next_update)) : Bytes{};
    const Bytes single =
        der::sequence({certificate_id(form), standing(form), der::generalized_time(form.this_update), until,
                       extensions(form.more_of_single)});
    std::vector<Extension> all;
    if (form.nonce) all.push_back({std::string(kNonce), false, der::octets(*form.nonce)});
    all.insert(all.end(), form.more.begin(), form.more.end());
    const Bytes responder = form.responder_name ? der::tagged(1, encode(*form.responder_name))
                                                : der::tagged(2, der::octets(key_identifier(form.signer)));
    return der::sequence(
        {responder, der::generalized_time(form.produced), der::sequence({single}), extensions(all)});
}

}  // namespace

CertificateForm delegate_of(const CertificateForm& issuer) {
    CertificateForm form;
    form.key = {issuer.key.label + " OCSP responder"};
    form.signer = issuer.key;
    form.issuer = issuer.subject;
    form.subject = {{"CN", "NVIDIA OCSP Responder"}, {"O", "NVIDIA Corporation"}};
    form.serial = {0x0c, 0x59};
    form.not_before = issuer.not_before;
    form.not_after = issuer.not_after;
    form.ca = false;
    form.key_usage = usage::digital_signature;
    form.purposes = {std::string(kOcspSigning)};
    form.more.push_back({std::string(kNoCheck), false, der::element(der::kNull, {})});
    return form;
}

OcspForm genuine(const CertificateForm& subject, const CertificateForm& issuer, crypto::UnixTime time) {
    OcspForm form;
    form.subject = subject;
    form.issuer = issuer;
    form.signer = issuer.key;
    form.produced = form.this_update = time - std::chrono::hours(1);
    form.next_update = time + std::chrono::days(1);
    return form;
}

Bytes make(const OcspForm& form) {
    Bytes made;
    if (form.response_status != 0) {
        made = der::sequence({der::enumerated(form.response_status)});
    } else {
        const Bytes data = response_data(form);
        const Bytes certificates =
            form.delegate ? der::tagged(0, der::sequence({issue(*form.delegate)})) : Bytes{};
        const Bytes algorithm =
            form.pss_sha1 ? pss_sha1_algorithm() : signature_algorithm(form.signer.algo, form.hash);
        const Bytes signature =
            form.pss_sha1 ? sign_pss_sha1(form.signer, data) : sign_der(form.signer, form.hash, data);
        const Bytes basic = der::sequence({data, algorithm, der::bits(signature), certificates});
        made = der::sequence({der::enumerated(0),
                              der::tagged(0, der::sequence({der::oid(kBasicResponse), der::octets(basic)}))});
    }
    if (form.edit_after) form.edit_after(made);
    return made;
}

}  // namespace assay::evidence
