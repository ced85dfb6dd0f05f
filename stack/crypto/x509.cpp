#include "stack/crypto/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>
#include <ctime>

#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/der.h"

namespace assay::crypto {

namespace {

Result<UnixTime> read_time(const ASN1_TIME* time, std::string_view field) {
    std::tm parts = {};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return ossl::fail_openssl(Errc::bad_cert, field);
    namespace chrono = std::chrono;
    const chrono::year_month_day date(chrono::year(parts.tm_year + 1900),
                                      chrono::month(static_cast<unsigned>(parts.tm_mon) + 1),
                                      chrono::day(static_cast<unsigned>(parts.tm_mday)));
    return chrono::sys_days(date) + chrono::hours(parts.tm_hour) + chrono::minutes(parts.tm_min) +
           chrono::seconds(parts.tm_sec);
}

// A key of a kind this room does not know is no reason to refuse the certificate: it fits no algorithm
// and verifies no signature, which is said where it matters.
PublicKey read_public_key(X509* x509) {
    uint8_t* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    ossl::MemoryPtr owner(der);
    EVP_PKEY* pkey = X509_get_pubkey(x509);
    ERR_clear_error();
    if (pkey == nullptr) return {};
    ossl::PkeyPtr key(pkey);
    if (size <= 0) return {};
    Result<PublicKey> wrapped = wrap_public(std::move(key), Bytes(der, der + size));
    return wrapped ? *std::move(wrapped) : PublicKey();
}

std::string one_line(const X509_NAME* name) {
    ossl::BioPtr bio(BIO_new(BIO_s_mem()));
    if (bio == nullptr || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<size_t>(size)};
}

}  // namespace

Result<Certificate> Certificate::parse(ByteView der) {
    const size_t size = TRY(der_sequence_size(der, Errc::bad_cert, "certificate"));
    if (size != der.size()) return fail(Errc::bad_cert, "certificate", size, "bytes after the certificate");
    if (der.size() > INT_MAX) return fail(Errc::bad_cert, "certificate", 0, "too long");
    if (!is_der(der)) return fail(Errc::bad_cert, "certificate", 0, "not DER throughout");
    const uint8_t* at = der.data();
    ossl::X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (x509 == nullptr || at != der.data() + der.size()) {
        return ossl::fail_openssl(Errc::bad_cert, "certificate");
    }
    const UnixTime not_before = TRY(read_time(X509_get0_notBefore(x509.get()), "notBefore"));
    const UnixTime not_after = TRY(read_time(X509_get0_notAfter(x509.get()), "notAfter"));
    // Fills OpenSSL's cache of extensions now, so that later reads from several threads only read.
    (void)X509_get_extension_flags(x509.get());
    PublicKey key = read_public_key(x509.get());
    ERR_clear_error();
    return Certificate(
        std::make_shared<Impl>(Impl{std::move(x509), to_bytes(der), std::move(key), not_before, not_after}));
}

ByteView Certificate::der() const { return impl_->der; }
const PublicKey& Certificate::public_key() const { return impl_->public_key; }
std::string Certificate::subject() const { return one_line(X509_get_subject_name(impl_->x509.get())); }
std::string Certificate::issuer() const { return one_line(X509_get_issuer_name(impl_->x509.get())); }
UnixTime Certificate::not_before() const { return impl_->not_before; }
UnixTime Certificate::not_after() const { return impl_->not_after; }

bool Certificate::self_issued() const {
    X509* x509 = impl_->x509.get();
    return X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
}

Result<std::vector<Certificate>> parse_certificates(ByteView der) {
    std::vector<Certificate> chain;
    size_t offset = 0;
    do {
        if (chain.size() == kMaxChain) {
            return fail(Errc::bad_cert, "certificates", offset, "too many certificates");
        }
        const ByteView rest = der.subspan(offset);
        Result<size_t> size = der_sequence_size(rest, Errc::bad_cert, "certificates");
        if (!size) return fail(Errc::bad_cert, "certificates", offset, size.error().detail);
        Result<Certificate> certificate = Certificate::parse(rest.first(*size));
        if (!certificate) return fail(Errc::bad_cert, "certificates", offset, certificate.error().text());
        chain.push_back(*std::move(certificate));
        offset += *size;
    } while (offset < der.size());
    return chain;
}

Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem) {
    if (pem.size() > INT_MAX) return fail(Errc::bad_cert, "PEM", 0, "too long");
    ossl::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (bio == nullptr) return ossl::fail_openssl(Errc::internal, "PEM");
    std::vector<Certificate> chain;
    for (;;) {
        char* name = nullptr;
        char* header = nullptr;
        uint8_t* data = nullptr;
        long size = 0;
        const int found = PEM_read_bio(bio.get(), &name, &header, &data, &size);
        ossl::MemoryPtr name_owner(name), header_owner(header), data_owner(data);
        if (found != 1) break;
        if (std::string_view(name) != PEM_STRING_X509) continue;
        if (chain.size() == kMaxChain)
            return fail(Errc::bad_cert, "PEM", Error::npos, "too many certificates");
        chain.push_back(TRY(Certificate::parse({data, static_cast<size_t>(size)})));
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!at_end) return ossl::fail_openssl(Errc::bad_cert, "PEM");
    ERR_clear_error();
    if (chain.empty()) return fail(Errc::bad_cert, "PEM", Error::npos, "no certificate");
    return chain;
}

}  // namespace assay::crypto
