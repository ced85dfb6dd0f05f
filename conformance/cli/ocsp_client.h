// An OCSP responder behind HTTP (RFC 6960, appendix A.1).
#pragma once

#include <chrono>
#include <string>

#include "stack/base/bytes.h"

namespace assay::cli {

struct ResponderUrl {
    std::string text;       // all of it, as it was given
    std::string authority;  // HOST[:PORT], likewise
    std::string host;       // a name or an address; an address of IPv6 without its brackets
    std::string port = "80";
    std::string path = "/";  // with what follows '?'
};

// http://HOST[:PORT][/PATH]. There is no TLS: responses are signed, and say themselves how long they hold.
// Errors: Errc::bad_text with what is wrong.
Result<ResponderUrl> parse_responder_url(const std::string& url);

// Of an answer's body, in bytes; real ones have about two thousand.
inline constexpr size_t kMaxOcspAnswer = size_t{64} << 10;

// POSTs one request over a connection of its own, and returns the body of what is answered. `timeout` is for
// all of it but the look-up of the host's name. Errors, each naming the responder and the reason:
// Errc::timeout; Errc::io when it cannot be reached or breaks off; Errc::unsupported when it answers with
// another status than 200 or another type than application/ocsp-response; Errc::out_of_range when it answers
// with more than kMaxOcspAnswer.
Result<Bytes> ask_responder(const ResponderUrl& url, ByteView request, std::chrono::milliseconds timeout);

}  // namespace assay::cli
