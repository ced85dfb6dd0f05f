// OCSP responses for the tests of this module, each field of which can be given a wrong value. Never included
// by anything else.
#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/ocsp.h>

#include <boost/test/unit_test.hpp>
#include <functional>

#include "stack/attest/ocsp.h"
#include "stack/crypto/pki.h"

namespace assay::attest {

inline constexpr auto kOcspIssuers = crypto::SignAlgo::ed25519;
inline constexpr crypto::UnixTime kOcspNow = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

inline const crypto::TestPki& ocsp_pki() {
    static const crypto::TestPki kMade =
        crypto::make_test_pki(crypto::SignAlgo::ecdsa_p384, kOcspIssuers, crypto::HashAlgo::sha384, "ocsp")
            .value();
    return kMade;
}
inline Chain ocsp_chain() { return {ocsp_pki().leaf, ocsp_pki().intermediate, ocsp_pki().root}; }

inline Bytes der_element(uint8_t tag, std::initializer_list<ByteView> parts) {
    const Bytes content = concat(parts);
    const auto high = static_cast<uint8_t>(content.size() >> 8), low = static_cast<uint8_t>(content.size());
    const Bytes size = content.size() < 0x80    ? Bytes{low}
                       : content.size() < 0x100 ? Bytes{0x81, low}
                                                : Bytes{0x82, high, low};
    return concat({Bytes{tag}, size, content});
}

inline Bytes der_time(crypto::UnixTime time) {
    return der_element(0x18, {as_bytes(fmt::format("{:%Y%m%d%H%M%S}Z", time))});
}

// What one of OpenSSL's encoders writes.
template <class Encode>
Bytes openssl_der(Encode encode) {
    uint8_t* der = nullptr;
    const int size = encode(&der);
    Bytes bytes(der, der + std::max(size, 0));
    OPENSSL_free(der);
    return bytes;
}

inline std::unique_ptr<X509, decltype(&X509_free)> openssl_x509(const crypto::Certificate& certificate) {
    const uint8_t* at = certificate.der().data();
    return {d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())), X509_free};
}

// One response of a leaf's issuer, good and in time unless a test says otherwise.
struct WordForm {
    crypto::Certificate subject = ocsp_pki().leaf, issuer = ocsp_pki().intermediate;
    uint8_t response_status = 0;
    Bytes standing = {0x80, 0};  // good; 82 00 is unknown
    crypto::UnixTime produced = kOcspNow - std::chrono::hours(1), this_update = produced;
    std::optional<crypto::UnixTime> next_update = kOcspNow + std::chrono::hours(23);
    std::optional<Bytes> nonce;
    crypto::Certificate signer = issuer;  // by name
    crypto::PrivateKey key = ocsp_pki().intermediate_key;
    std::vector<crypto::Certificate> inside{};
    std::function<void(Bytes&)> edit_after = [](Bytes&) {};

    void revoke(uint8_t reason) {
        const Bytes code = der_element(0x0a, {Bytes{reason}});
        standing = der_element(0xa1, {der_time(this_update), der_element(0xa0, {code})});
    }
    File file() const;
};

inline Bytes certificate_id(const WordForm& form) {
    const auto subject = openssl_x509(form.subject), issuer = openssl_x509(form.issuer);
    const std::unique_ptr<OCSP_CERTID, decltype(&OCSP_CERTID_free)> id(
        OCSP_cert_to_id(EVP_sha1(), subject.get(), issuer.get()), OCSP_CERTID_free);
    return openssl_der([&](uint8_t** out) { return i2d_OCSP_CERTID(id.get(), out); });
}

inline Bytes response_data(const WordForm& form) {
    static const Bytes kNonce = from_hex("06092b0601050507300102").value();
    const auto signer = openssl_x509(form.signer);
    const Bytes name =
        openssl_der([&](uint8_t** out) { return i2d_X509_NAME(X509_get_subject_name(signer.get()), out); });
    const Bytes until = form.next_update ? der_element(0xa0, {der_time(*form.next_update)}) : Bytes{};
    const Bytes word =
        der_element(0x30, {certificate_id(form), form.standing, der_time(form.this_update), until});
    Bytes extensions;
    if (form.nonce) {
        const Bytes octets = der_element(0x04, {der_element(0x04, {*form.nonce})});
        extensions = der_element(0xa1, {der_element(0x30, {der_element(0x30, {kNonce, octets})})});
    }
    return der_element(
        0x30, {der_element(0xa1, {name}), der_time(form.produced), der_element(0x30, {word}), extensions});
}

inline File WordForm::file() const {
    static const Bytes kEd25519 = from_hex("300506032b6570").value();
    static const Bytes kBasic = from_hex("06092b0601050507300101").value();
    Bytes response = der_element(0x30, {Bytes{0x0a, 1, response_status}});
    if (response_status == 0) {
        const Bytes data = response_data(*this);
        const Bytes signature = crypto::openssl_provider()
                                    .sign(kOcspIssuers, crypto::HashAlgo::sha384, key, {.bytes = data})
                                    .value();
        Bytes certificates;
        for (const crypto::Certificate& one : inside) append(certificates, one.der());
        if (!inside.empty()) certificates = der_element(0xa0, {der_element(0x30, {certificates})});
        const Bytes basic =
            der_element(0x30, {data, kEd25519, der_element(0x03, {Bytes{0}, signature}), certificates});
        response =
            der_element(0x30, {Bytes{0x0a, 1, 0},
                               der_element(0xa0, {der_element(0x30, {kBasic, der_element(0x04, {basic})})})});
    }
    edit_after(response);
    return {"word.der", std::move(response)};
}

}  // namespace assay::attest
