#include "conformance/cli/ocsp_client.h"

#include <fmt/format.h>

#include "conformance/cli/test_support.h"
#include "stack/transport/test_peers.h"

namespace assay::cli {

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using transport::RawPeer;
using transport::tcp;

constexpr auto kTimeout = 3000ms;

std::string head(std::string_view status, std::string_view type, std::string_view more = {}) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\n{}\r\n", status, type, more);
}

// What is heard up to the end of a request with its body.
std::string request_of(tcp::socket& socket) {
    std::string heard;
    std::array<char, 512> piece{};
    error_code error;
    for (;;) {
        const size_t end = heard.find("\r\n\r\n");
        const size_t length = heard.find("Content-Length: ");
        if (end != std::string::npos && length != std::string::npos &&
            heard.size() >= end + 4 + std::stoul(heard.substr(length + 16)))
            return heard;
        const size_t size = socket.read_some(boost::asio::buffer(piece), error);
        if (error) return heard;
        heard.append(piece.data(), size);
    }
}

void say(tcp::socket& socket, const std::string& text) {
    error_code gone;
    boost::asio::write(socket, boost::asio::buffer(text), gone);
}

// Until the other end has closed.
void wait_for_end(tcp::socket& socket) {
    std::array<char, 512> piece{};
    error_code error;
    while (!error) socket.read_some(boost::asio::buffer(piece), error);
}

std::string url_of(uint16_t port) { return fmt::format("http://127.0.0.1:{}/ocsp", port); }

Result<Bytes> asked(uint16_t port, std::chrono::milliseconds timeout = kTimeout) {
    return ask_responder(parse_responder_url(url_of(port)).value(), Bytes{1, 2, 3}, timeout);
}

// What is made of a peer that hears a request and then does this.
Result<Bytes> asked(const std::function<void(tcp::socket&)>& act,
                    std::chrono::milliseconds timeout = kTimeout) {
    const RawPeer peer([&](tcp::socket& socket) {
        request_of(socket);
        act(socket);
    });
    return asked(peer.acceptor.local_endpoint().port(), timeout);
}

Result<Bytes> answered(const std::string& text) {
    return asked([&](tcp::socket& socket) { say(socket, text); });
}

void must_fail(const Result<Bytes>& answer, Errc code, std::string_view why) {
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == code), answer.error().detail);
    BOOST_TEST(answer.error().detail.starts_with("the OCSP responder http://127.0.0.1:"),
               answer.error().detail);
    BOOST_TEST(answer.error().detail.contains(why), answer.error().detail);
    BOOST_TEST(lines(answer.error().detail) == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ocsp_client)

BOOST_AUTO_TEST_CASE(an_url_of_a_responder_is_http_with_a_host) {
    const auto whole = parse_responder_url("http://ocsp.example:8080/a/b?c=d");
    BOOST_REQUIRE(whole.has_value());
    BOOST_TEST(whole->authority == "ocsp.example:8080");
    BOOST_TEST(whole->host == "ocsp.example");
    BOOST_TEST(whole->port == "8080");
    BOOST_TEST(whole->path == "/a/b?c=d");
    const auto least = parse_responder_url("http://10.0.0.1");
    BOOST_REQUIRE(least.has_value());
    BOOST_TEST(least->port == "80");
    BOOST_TEST(least->path == "/");
    const auto brackets = parse_responder_url("http://[::1]:81?x");
    BOOST_REQUIRE(brackets.has_value());
    BOOST_TEST(brackets->host == "::1");
    BOOST_TEST(brackets->port == "81");
    BOOST_TEST(brackets->path == "/?x");
    for (const char* wrong :
         {"", "https://a/", "ocsp.example", "http://", "http:///a", "http://:80/", "http://a:/",
          "http://a:0/", "http://a:65536/", "http://a:80x/", "http://[::1", "http://[::1]x/", "http://u@a/",
          "http://a/#b", "http://a/ b", "http://a/\r\nX: y"})
        BOOST_TEST(!parse_responder_url(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(a_request_is_posted_and_the_body_of_the_answer_is_what_comes_back) {
    std::string heard;
    {
        const RawPeer peer([&](tcp::socket& socket) {
            heard = request_of(socket);
            say(socket, head("200 OK", "application/OCSP-response; x=y", "Content-Length: 4\r\n") + "word");
        });
        const auto answer = asked(peer.acceptor.local_endpoint().port());
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST((*answer == to_bytes(as_bytes("word"))));
    }
    BOOST_TEST(heard.starts_with("POST /ocsp HTTP/1.1\r\n"), heard);
    for (const char* part : {"Host: 127.0.0.1:", "Content-Type: application/ocsp-request\r\n",
                             "Content-Length: 3\r\n", "\r\n\r\n\x01\x02\x03"})
        BOOST_TEST(heard.contains(part), heard);
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_in_chunks_or_end_with_the_connection) {
    const auto chunks =
        answered(head("200 OK", "application/ocsp-response", "Transfer-Encoding: chunked\r\n") +
                 "2\r\nwo\r\n2\r\nrd\r\n0\r\n\r\n");
    BOOST_TEST((chunks == to_bytes(as_bytes("word"))));
    BOOST_TEST(
        (answered(head("200 OK", "application/ocsp-response") + "word") == to_bytes(as_bytes("word"))));
}

BOOST_AUTO_TEST_CASE(a_responder_that_is_not_there_cannot_be_reached) {
    uint16_t port = 0;
    {
        boost::asio::io_context context;
        const tcp::acceptor acceptor(context, transport::local_port());
        port = acceptor.local_endpoint().port();
    }
    must_fail(asked(port), Errc::io, "cannot be reached: Connection refused");
}

BOOST_AUTO_TEST_CASE(a_responder_that_is_silent_or_slow_is_not_waited_for) {
    must_fail(asked(wait_for_end, 200ms), Errc::timeout, "does not answer within 200 ms");
    const auto drip = [](tcp::socket& socket) {
        error_code gone;
        for (const char one : head("200 OK", "application/ocsp-response", std::string(8000, 'x'))) {
            boost::asio::write(socket, boost::asio::buffer(&one, 1), gone);
            if (gone) return;
            std::this_thread::sleep_for(20ms);
        }
    };
    must_fail(asked(drip, 300ms), Errc::timeout, "does not answer within 300 ms");
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_status_or_type_is_none) {
    must_fail(answered(head("404 Not\xff Found", "text/html", "Content-Length: 2\r\n") + "no"),
              Errc::unsupported, "answers with status 404 Not\\xff Found");
    must_fail(answered(head("200 OK", "text/html", "Content-Length: 4\r\n") + "word"), Errc::unsupported,
              "answers with text/html, and not with application/ocsp-response");
    must_fail(answered("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nword"), Errc::unsupported,
              "answers with no type");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_is_not_read_to_its_end) {
    const std::string type = "application/ocsp-response";
    must_fail(answered(head("200 OK", type, "Content-Length: 65537\r\n")), Errc::out_of_range,
              "answers with more than 64 KiB");
    const auto endless = [&](tcp::socket& socket) {
        error_code gone;
        const std::string piece = head("200 OK", type) + std::string(4096, 'x');
        while (!gone) boost::asio::write(socket, boost::asio::buffer(piece), gone);
    };
    must_fail(asked(endless), Errc::out_of_range, "answers with more than 64 KiB");
    must_fail(answered(head("200 OK", type, fmt::format("X: {}\r\n", std::string(20000, 'y')))), Errc::io,
              "breaks off");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_or_ends_early_breaks_off) {
    must_fail(answered("SSH-2.0-nothing\r\n\r\n"), Errc::io, "breaks off: ");
    must_fail(answered(""), Errc::io, "breaks off: ");
    must_fail(answered(head("200 OK", "application/ocsp-response", "Content-Length: 9\r\n") + "word"),
              Errc::io, "breaks off: ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
