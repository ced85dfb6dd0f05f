#include "stack/spdm/signing.h"

namespace assay::spdm {

namespace {

constexpr size_t kPrefixSize = 100;

// Owns the bytes that `input` views.
struct ToSign {
    Bytes bytes;
    crypto::SignInput input;
};

ToSign to_sign(const Suite& suite, std::string_view context, const crypto::Digest& transcript) {
    ToSign what;
    if (suite.version < wire::Version::v1_2) {
        what.bytes = to_bytes(transcript.view());
        what.input = {crypto::SignInput::Kind::digest, what.bytes};
    } else {
        what.bytes = concat({signing_prefix(suite.version, context), transcript.view()});
        what.input = {crypto::SignInput::Kind::message, what.bytes, as_bytes(context)};
    }
    return what;
}

}  // namespace

Bytes signing_prefix(wire::Version version, std::string_view context) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += "dmtf-spdm-v" + std::string(wire::name(version)) + ".*";
    Bytes prefix = to_bytes(as_bytes(text));
    prefix.resize(kPrefixSize - context.size());
    append(prefix, as_bytes(context));
    return prefix;
}

Result<Bytes> sign_transcript(const crypto::Provider& provider, const Suite& suite,
                              const crypto::PrivateKey& key, std::string_view context,
                              const crypto::Digest& transcript) {
    ToSign what = to_sign(suite, context, transcript);
    return provider.sign(suite.sign, suite.hash, key, what.input);
}

Result<> verify_transcript(const crypto::Provider& provider, const Suite& suite, const crypto::PublicKey& key,
                           std::string_view context, const crypto::Digest& transcript, ByteView signature) {
    ToSign what = to_sign(suite, context, transcript);
    return provider.verify(suite.sign, suite.hash, key, what.input, signature);
}

}  // namespace assay::spdm
