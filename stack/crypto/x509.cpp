#include "stack/crypto/x509.h"

#include <openssl/err.h>
#include <openssl/provider.h>

#include <climits>
#include <ctime>

#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/certificate_pool.h"
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

// OpenSSL reads the key with every certificate, and looks through all decoders that it has for it, which
// takes longer than all the rest. Where it has none it leaves the key alone. Null when there is no such
// context; then the default one is used.
OSSL_LIB_CTX* without_decoders() {
    static OSSL_LIB_CTX* const kContext = [] {
        OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
        if (context != nullptr && OSSL_PROVIDER_load(context, "null") != nullptr) return context;
        OSSL_LIB_CTX_free(context);
        return static_cast<OSSL_LIB_CTX*>(nullptr);
    }();
    return kContext;
}

// All of `der`, or null.
ossl::X509Ptr read_x509(ByteView der) {
    X509* x509 = X509_new_ex(without_decoders(), nullptr);
    if (x509 == nullptr) return nullptr;
    const uint8_t* at = der.data();
    // Not d2i_X509, which refuses a certificate for its extensions when it is given the place. Releases it
    // when there is none.
    ASN1_item_d2i(reinterpret_cast<ASN1_VALUE**>(&x509), &at, static_cast<long>(der.size()),
                  ASN1_ITEM_rptr(X509));
    ossl::X509Ptr owner(x509);
    return at == der.data() + der.size() ? std::move(owner) : nullptr;
}

// A key of a kind this module does not know is no reason to refuse the certificate: it fits no algorithm
// and verifies no signature, which is said where it matters.
PublicKey read_public_key(X509* x509) {
    uint8_t* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    ossl::MemoryPtr owner(der);
    if (size <= 0) return {};
    return PublicKey::from_spki({der, static_cast<size_t>(size)}).value_or(PublicKey());
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
    ossl::X509Ptr x509 = read_x509(der);
    if (x509 == nullptr) return ossl::fail_openssl(Errc::bad_cert, "certificate");
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

Result<std::vector<Certificate>> parse_certificates(ByteView der) { return CertificatePool().read_all(der); }

Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem) {
    return CertificatePool().read_pem(pem);
}

}  // namespace assay::crypto
