#include "stack/crypto/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/rsa.h>

#include <climits>
#include <ctime>
#include <functional>

#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/der.h"
#include "stack/crypto/sha1.h"

namespace assay::crypto {

namespace {

using ResponsePtr = Owner<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using BasicPtr = Owner<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using IdPtr = Owner<OCSP_CERTID, OCSP_CERTID_free>;
using RequestPtr = Owner<OCSP_REQUEST, OCSP_REQUEST_free>;

std::optional<UnixTime> time_of(const ASN1_GENERALIZEDTIME* time) {
    std::tm parts = {};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    namespace chrono = std::chrono;
    const chrono::year_month_day date(chrono::year(parts.tm_year + 1900),
                                      chrono::month(static_cast<unsigned>(parts.tm_mon) + 1),
                                      chrono::day(static_cast<unsigned>(parts.tm_mday)));
    return chrono::sys_days(date) + chrono::hours(parts.tm_hour) + chrono::minutes(parts.tm_min) +
           chrono::seconds(parts.tm_sec);
}

bool same_serial(const OCSP_CERTID* id, const Certificate& subject) {
    ASN1_INTEGER* serial = nullptr;
    // It only reads, but says otherwise.
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, const_cast<OCSP_CERTID*>(id));
    return serial != nullptr && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(handle(subject))) == 0;
}

// The id of `subject` by the digest that `other` is made with.
IdPtr id_like(const OCSP_CERTID* other, const Certificate& subject, const Certificate& issuer) {
    ASN1_OBJECT* algorithm = nullptr;
    OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, const_cast<OCSP_CERTID*>(other));
    const EVP_MD* digest = algorithm == nullptr ? nullptr : EVP_get_digestbyobj(algorithm);
    if (digest == nullptr) return nullptr;
    return IdPtr(OCSP_cert_to_id(digest, handle(subject), handle(issuer)));
}

// Whether the response says that this certificate's key signed it: ResponderID (RFC 6960, 4.2.1), by name or
// by the SHA-1 of the key.
bool names(const OCSP_BASICRESP* basic, const Certificate& certificate) {
    const ASN1_OCTET_STRING* hash = nullptr;
    const X509_NAME* name = nullptr;
    if (OCSP_resp_get0_id(basic, &hash, &name) != 1) return false;
    if (name != nullptr) return X509_NAME_cmp(name, X509_get_subject_name(handle(certificate))) == 0;
    const ASN1_BIT_STRING* key = X509_get0_pubkey_bitstr(handle(certificate));
    const auto bytes = [](const ASN1_STRING* string) {
        return ByteView(ASN1_STRING_get0_data(string), static_cast<size_t>(ASN1_STRING_length(string)));
    };
    return equal(bytes(hash), sha1(bytes(key)).view());
}

// Extensions of a response or of one single response in it; OpenSSL has the same functions under two names.
struct Extensions {
    int count;
    std::function<X509_EXTENSION*(int)> at;
};
Extensions extensions_of(OCSP_BASICRESP* basic) {
    return {OCSP_BASICRESP_get_ext_count(basic), [basic](int i) { return OCSP_BASICRESP_get_ext(basic, i); }};
}
Extensions extensions_of(OCSP_SINGLERESP* single) {
    return {OCSP_SINGLERESP_get_ext_count(single),
            [single](int i) { return OCSP_SINGLERESP_get_ext(single, i); }};
}

// RFC 5280, 4.2: no extension stands twice.
bool each_once(const Extensions& extensions) {
    for (int i = 0; i < extensions.count; ++i) {
        const ASN1_OBJECT* one = X509_EXTENSION_get_object(extensions.at(i));
        for (int other = 0; other < i; ++other)
            if (OBJ_cmp(one, X509_EXTENSION_get_object(extensions.at(other))) == 0) return false;
    }
    return true;
}

std::vector<std::string> critical_ones(const Extensions& extensions) {
    std::vector<std::string> found;
    for (int i = 0; i < extensions.count; ++i) {
        if (X509_EXTENSION_get_critical(extensions.at(i)) != 0)
            found.push_back(dotted(X509_EXTENSION_get_object(extensions.at(i))));
    }
    return found;
}

// The digest that a signature is made over; NID_undef of EdDSA, which has its own; nullopt when it is not
// known.
std::optional<int> digest_of(const X509_ALGOR* algorithm) {
    const int kind = OBJ_obj2nid(algorithm->algorithm);
    int digest = NID_undef;
    if (kind != NID_rsassaPss)
        return OBJ_find_sigid_algs(kind, &digest, nullptr) == 1 ? std::optional(digest) : std::nullopt;
    // RFC 4055, 3.1: it stands in the parameters, and is SHA-1 where they do not say.
    const Owner<RSA_PSS_PARAMS, RSA_PSS_PARAMS_free> parameters(static_cast<RSA_PSS_PARAMS*>(
        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), algorithm->parameter)));
    if (parameters == nullptr) return {};
    if (parameters->hashAlgorithm == nullptr) return NID_sha1;
    return OBJ_obj2nid(parameters->hashAlgorithm->algorithm);
}

bool is_strong(const X509_ALGOR* algorithm) {
    const auto digest = digest_of(algorithm);
    if (!digest) return false;
    if (*digest == NID_undef) return true;
    const EVP_MD* known = EVP_get_digestbynid(*digest);
    constexpr int kLeastSize = 28;  // half of its bits hold against collisions: 112
    return known != nullptr && *digest != NID_md5_sha1 && EVP_MD_get_size(known) >= kLeastSize;
}

Result<OcspSingleResponse> single_response(OCSP_SINGLERESP* single) {
    OcspSingleResponse parsed;
    int reason = -1;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    switch (OCSP_single_get0_status(single, &reason, nullptr, &this_update, &next_update)) {
        case V_OCSP_CERTSTATUS_GOOD: parsed.status = OcspSingleResponse::Status::good; break;
        case V_OCSP_CERTSTATUS_REVOKED: parsed.status = OcspSingleResponse::Status::revoked; break;
        default: break;
    }
    if (reason >= 0) parsed.reason = reason;
    const auto from = time_of(this_update);
    const auto until = time_of(next_update);
    if (!from || (next_update != nullptr && !until)) return fail(Errc::bad_cert, "OCSP", 0, "no time");
    parsed.this_update = *from;
    parsed.next_update = until;
    parsed.critical = critical_ones(extensions_of(single));
    return parsed;
}

}  // namespace

struct OcspResponse::Impl {
    Bytes der;
    int status = 0;
    BasicPtr basic;
    UnixTime produced_at{};
};

Result<OcspResponse> OcspResponse::parse(ByteView der) {
    const size_t size = TRY(der_sequence_size(der, Errc::bad_cert, "OCSP"));
    if (size != der.size()) return fail(Errc::bad_cert, "OCSP", size, "bytes after the response");
    if (der.size() > INT_MAX || !is_der(der)) return fail(Errc::bad_cert, "OCSP", 0, "not DER throughout");
    const uint8_t* at = der.data();
    const ResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
    if (response == nullptr) return ossl::fail_openssl(Errc::bad_cert, "OCSP");
    auto impl = std::make_shared<Impl>();
    impl->der = to_bytes(der);
    impl->status = OCSP_response_status(response.get());
    if (impl->status == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        impl->basic.reset(OCSP_response_get1_basic(response.get()));
        if (impl->basic == nullptr) return ossl::fail_openssl(Errc::bad_cert, "OCSP");
        const auto produced = time_of(OCSP_resp_get0_produced_at(impl->basic.get()));
        if (!produced) return fail(Errc::bad_cert, "OCSP", 0, "producedAt is no time");
        impl->produced_at = *produced;
        bool once = each_once(extensions_of(impl->basic.get()));
        for (int i = 0; i < OCSP_resp_count(impl->basic.get()); ++i) {
            OCSP_SINGLERESP* single = OCSP_resp_get0(impl->basic.get(), i);
            TRY(single_response(single));
            once = once && each_once(extensions_of(single));
        }
        if (!once) return fail(Errc::bad_cert, "OCSP", 0, "an extension stands twice");
    }
    ERR_clear_error();
    return OcspResponse(std::move(impl));
}

ByteView OcspResponse::der() const { return impl_->der; }
int OcspResponse::status() const { return impl_->status; }
UnixTime OcspResponse::produced_at() const { return impl_->produced_at; }

std::optional<Bytes> OcspResponse::nonce() const {
    if (impl_->basic == nullptr) return {};
    const int at = OCSP_BASICRESP_get_ext_by_NID(impl_->basic.get(), NID_id_pkix_OCSP_Nonce, -1);
    if (at < 0) return {};
    const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(impl_->basic.get(), at));
    const ByteView content(ASN1_STRING_get0_data(data), static_cast<size_t>(ASN1_STRING_length(data)));
    // RFC 8954 has an OCTET STRING in the extension; older responders have the bytes as they are.
    constexpr uint8_t kOctets = 0x04;
    Reader reader(content);
    const auto inner = read_der(reader);
    if (inner && inner->tag == kOctets && reader.empty()) return to_bytes(inner->content);
    return to_bytes(content);
}

std::vector<std::string> OcspResponse::unknown_critical_extensions() const {
    if (impl_->basic == nullptr) return {};
    std::vector<std::string> found = critical_ones(extensions_of(impl_->basic.get()));
    std::erase(found, "1.3.6.1.5.5.7.48.1.2");
    return found;
}

std::vector<OcspSingleResponse> OcspResponse::about(const Certificate& subject,
                                                    const Certificate& issuer) const {
    std::vector<OcspSingleResponse> responses;
    for (int i = 0; impl_->basic != nullptr && i < OCSP_resp_count(impl_->basic.get()); ++i) {
        OCSP_SINGLERESP* single = OCSP_resp_get0(impl_->basic.get(), i);
        const OCSP_CERTID* id = OCSP_SINGLERESP_get0_id(single);
        // Most single responses are about other certificates: this comparison saves two digests.
        if (!same_serial(id, subject)) continue;
        const IdPtr wanted = id_like(id, subject, issuer);
        if (wanted == nullptr || OCSP_id_cmp(wanted.get(), id) != 0) continue;
        if (Result<OcspSingleResponse> parsed = single_response(single))
            responses.push_back(*std::move(parsed));
    }
    ERR_clear_error();
    return responses;
}

std::optional<Certificate> OcspResponse::signer(const Certificate& issuer) const {
    if (impl_->basic == nullptr) return {};
    if (names(impl_->basic.get(), issuer)) return issuer;
    X509* signer = nullptr;
    const int found = OCSP_resp_get0_signer(impl_->basic.get(), &signer, nullptr);
    ERR_clear_error();
    if (found != 1 || signer == nullptr) return {};
    uint8_t* der = nullptr;
    const int size = i2d_X509(signer, &der);
    const ossl::MemoryPtr owner(der);
    if (size <= 0) return {};
    Result<Certificate> read = Certificate::parse({der, static_cast<size_t>(size)});
    if (!read) return {};
    return *std::move(read);
}

bool OcspResponse::signed_by(const PublicKey& key) const {
    if (impl_->basic == nullptr || !key.valid()) return false;
    const X509_ALGOR* algorithm = OCSP_resp_get0_tbs_sigalg(impl_->basic.get());
    const int good = is_strong(algorithm) ? ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), algorithm,
                                                             OCSP_resp_get0_signature(impl_->basic.get()),
                                                             OCSP_resp_get0_respdata(impl_->basic.get()),
                                                             key.impl().pkey.get())
                                          : 0;
    ERR_clear_error();
    return good == 1;
}

Result<Bytes> make_ocsp_request(const Certificate& subject, const Certificate& issuer, ByteView nonce) {
    constexpr size_t kMostNonce = 32;
    if (nonce.empty() || nonce.size() > kMostNonce)
        return fail(Errc::out_of_range, "nonce", Error::npos, "a nonce has 1 to 32 bytes");
    const RequestPtr request(OCSP_REQUEST_new());
    IdPtr id(OCSP_cert_to_id(EVP_sha1(), handle(subject), handle(issuer)));
    if (request == nullptr || id == nullptr || OCSP_request_add0_id(request.get(), id.get()) == nullptr)
        return ossl::fail_openssl(Errc::internal, "OCSP");
    std::ignore = id.release();
    Bytes drawn = to_bytes(nonce);
    if (OCSP_request_add1_nonce(request.get(), drawn.data(), static_cast<int>(drawn.size())) != 1)
        return ossl::fail_openssl(Errc::internal, "OCSP");
    uint8_t* der = nullptr;
    const int size = i2d_OCSP_REQUEST(request.get(), &der);
    const ossl::MemoryPtr owner(der);
    if (size <= 0) return ossl::fail_openssl(Errc::internal, "OCSP");
    return Bytes(der, der + size);
}

}  // namespace assay::crypto
