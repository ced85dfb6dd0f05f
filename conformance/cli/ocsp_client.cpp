#include "conformance/cli/ocsp_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "conformance/report/plain.h"

namespace assay::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kScheme = "http://", kType = "application/ocsp-response";
constexpr size_t kQuoted = 80;  // characters of what a responder says of itself

std::string quoted(beast::string_view text) {
    return report::printable(std::string_view(text.data(), std::min(text.size(), kQuoted)),
                             report::Lines::one);
}

class Exchange {
   public:
    Exchange(const ResponderUrl& url, std::chrono::milliseconds timeout) : url_(url), timeout_(timeout) {
        stream_.expires_after(timeout);
        parser_.body_limit(kMaxOcspAnswer);
    }

    Result<Bytes> ask(ByteView request) {
        TRY(connect());
        http::request<http::vector_body<uint8_t>> post(http::verb::post, url_.path, 11);
        post.set(http::field::host, url_.authority);
        post.set(http::field::user_agent, "assay");
        post.set(http::field::content_type, "application/ocsp-request");
        post.set(http::field::accept, std::string(kType));
        post.keep_alive(false);
        post.body() = to_bytes(request);
        post.prepare_payload();
        TRY(went_well(await([&](auto done) { http::async_write(stream_, post, done); })));
        beast::flat_buffer buffer;
        TRY(went_well(await([&](auto done) { http::async_read_header(stream_, buffer, parser_, done); })));
        TRY(head_is_good());
        TRY(went_well(await([&](auto done) { http::async_read(stream_, buffer, parser_, done); })));
        return std::move(parser_.get().body());
    }

   private:
    // Carries out one operation, which `start` is to begin with the handler that it gets.
    template <class Start>
    error_code await(Start start) {
        error_code outcome;
        start([&](const error_code& error, auto&&...) { outcome = error; });
        context_.restart();
        context_.run();
        return outcome;
    }

    Result<> connect() {
        error_code error;
        tcp::resolver resolver(context_);
        const auto found = resolver.resolve(url_.host, url_.port, error);
        if (!error) error = await([&](auto done) { stream_.async_connect(found, done); });
        if (!error || error == beast::error::timeout) return went_well(error);
        return wrong(Errc::io, fmt::format("cannot be reached: {}", error.message()));
    }

    Result<> head_is_good() const {
        const auto& head = parser_.get();
        if (head.result() != http::status::ok) {
            return wrong(Errc::unsupported,
                         fmt::format("answers with status {} {}", head.result_int(), quoted(head.reason())));
        }
        const beast::string_view type = head[http::field::content_type];
        if (!beast::iequals(type.substr(0, type.find(';')), {kType.data(), kType.size()})) {
            return wrong(Errc::unsupported,
                         type.empty() ? fmt::format("answers with no type, and not with {}", kType)
                                      : fmt::format("answers with {}, and not with {}", quoted(type), kType));
        }
        return {};
    }

    Result<> went_well(const error_code& error) const {
        if (!error) return {};
        if (error == beast::error::timeout)
            return wrong(Errc::timeout, fmt::format("does not answer within {} ms", timeout_.count()));
        if (error == http::error::body_limit)
            return wrong(Errc::out_of_range,
                         fmt::format("answers with more than {} KiB", kMaxOcspAnswer >> 10));
        return wrong(Errc::io, fmt::format("breaks off: {}", error.message()));
    }

    std::unexpected<Error> wrong(Errc code, const std::string& what) const {
        return fail(code, "OCSP", Error::npos, fmt::format("the OCSP responder {} {}", url_.text, what));
    }

    const ResponderUrl& url_;
    std::chrono::milliseconds timeout_;
    asio::io_context context_;
    beast::tcp_stream stream_{context_};
    http::response_parser<http::vector_body<uint8_t>> parser_;
};

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 ||
        !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        return false;
    const int port = std::stoi(std::string(text));
    return port > 0 && port < 65536;
}

}  // namespace

Result<ResponderUrl> parse_responder_url(const std::string& url) {
    const auto wrong = [&](std::string_view what) {
        return fail(Errc::bad_text, "URL", Error::npos,
                    fmt::format("'{}' {}", report::printable(url, report::Lines::one), what));
    };
    if (!url.starts_with(kScheme)) return wrong("does not begin with http://");
    if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c >= 0x7f || c == '#' || c == '@'; }))
        return wrong("has a character that does not belong there");
    std::string_view rest = std::string_view(url).substr(kScheme.size());
    ResponderUrl parsed{.text = url, .authority = {}, .host = {}};
    if (const size_t slash = rest.find_first_of("/?"); slash != std::string_view::npos) {
        parsed.path = rest[slash] == '/' ? rest.substr(slash) : fmt::format("/{}", rest.substr(slash));
        rest = rest.substr(0, slash);
    }
    parsed.authority = rest;
    const bool bracketed = rest.starts_with('[');
    const size_t end = bracketed ? rest.find(']') : rest.find(':');
    if (bracketed && end == std::string_view::npos) return wrong("has a bracket without its end");
    parsed.host = bracketed ? rest.substr(1, end - 1) : rest.substr(0, end);
    if (parsed.host.empty()) return wrong("names no host");
    const std::string_view behind =
        end == std::string_view::npos ? "" : rest.substr(end + (bracketed ? 1 : 0));
    if (behind.empty()) return parsed;
    if (behind[0] != ':' || !is_port(behind.substr(1))) return wrong("has a port that is none of 1 to 65535");
    parsed.port = behind.substr(1);
    return parsed;
}

Result<Bytes> ask_responder(const ResponderUrl& url, ByteView request, std::chrono::milliseconds timeout) {
    return Exchange(url, timeout).ask(request);
}

}  // namespace assay::cli
