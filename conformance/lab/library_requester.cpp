#include "conformance/lab/library_requester.h"

#include <algorithm>

#include "conformance/lab/command.h"

namespace assay::lab {

namespace {

static_assert(static_cast<int>(Flow::attestation) == ASSAY_FLOW_ATTESTATION);
static_assert(static_cast<int>(Flow::key_exchange) == ASSAY_FLOW_KEY_EXCHANGE);
static_assert(static_cast<int>(Flow::psk) == ASSAY_FLOW_PSK);

// One run, as the library's calls see it.
struct Connection {
    ResponderPeer& peer;
    bool heard = false;  // it sent something
    bool cut = false;    // it sent something after the peer had enough
};

// assay_exchange.
int exchange(void* context, int kind, const uint8_t* request, size_t request_size, uint8_t* response,
             size_t* response_size, int* response_kind) {
    auto& connection = *static_cast<Connection*>(context);
    connection.heard = true;
    const size_t capacity = *response_size;
    *response_size = 0;
    *response_kind = ASSAY_DUT_MESSAGE;
    if (connection.peer.has_enough()) {
        connection.cut = true;
        return ASSAY_DUT_GONE;
    }
    const auto answer = connection.peer.answer(ByteView(request, request_size), kind == ASSAY_DUT_RECORD);
    if (!answer) return ASSAY_DUT_OK;
    if (answer->bytes.size() > capacity) return ASSAY_DUT_TOO_LARGE;
    std::ranges::copy(answer->bytes, response);
    *response_size = answer->bytes.size();
    *response_kind = answer->secured ? ASSAY_DUT_RECORD : ASSAY_DUT_MESSAGE;
    return ASSAY_DUT_OK;
}

}  // namespace

Result<std::unique_ptr<RequesterDut>> LibraryRequester::open(const std::string& path,
                                                             const std::string& options,
                                                             std::string_view roots) {
    SharedLibrary library = TRY(load_library(path));
    const auto* api = TRY(table_of<assay_requester_api>(library, path, "assay_requester_get"));
    std::unique_ptr<LibraryRequester> made(
        new LibraryRequester(std::move(library), api, library_target(path, options)));
    TRY(made->create(replaced(options, "{roots}", roots)));
    return made;
}

Result<std::unique_ptr<RequesterDut>> LibraryRequester::open(const assay_requester_api* api,
                                                             std::string target, const std::string& options) {
    std::unique_ptr<LibraryRequester> made(new LibraryRequester(nullptr, api, std::move(target)));
    TRY(made->create(options));
    return made;
}

Result<> LibraryRequester::create(const std::string& options) {
    TRY(check_version(api_, target_));
    if (api_->create == nullptr || api_->destroy == nullptr || api_->run == nullptr)
        return unusable_library(target_ + ": create, destroy and run must be there");
    requester_ = api_->create(options.c_str());
    if (requester_ == nullptr)
        return unusable_library(fmt::format("{}: create() refuses \"{}\"", target_, options));
    if (api_->binding != nullptr) transport_ = TRY(transport_named(api_->binding(requester_), target_));
    return {};
}

LibraryRequester::~LibraryRequester() {
    if (requester_ != nullptr) api_->destroy(requester_);
}

Result<RequesterEnd> LibraryRequester::run(const FlowOptions& flow, const RequesterSettings& settings,
                                           ResponderPeer& peer) {
    Connection connection{.peer = peer};
    const int version = wire::byte(settings.versions.back());
    const int code = api_->run(requester_, static_cast<int>(flow.flow), version, &exchange, &connection);
    if (connection.cut) return RequesterEnd{.how = RequesterEnd::How::cut};
    if (!connection.heard && code == 0) return RequesterEnd{.how = RequesterEnd::How::absent};
    return RequesterEnd{.how = RequesterEnd::How::exited, .code = code};
}

}  // namespace assay::lab
