#include "conformance/lab/library_dut.h"

#include <thread>

namespace assay::lab {

namespace {

constexpr size_t kCapacity = size_t{1} << 20;

}  // namespace

Result<std::unique_ptr<LibraryDut>> LibraryDut::open(const std::string& path, const std::string& options) {
    SharedLibrary library = TRY(load_library(path));
    const auto* api = TRY(table_of<assay_dut_api>(library, path, "assay_dut_get"));
    std::unique_ptr<LibraryDut> dut(new LibraryDut(std::move(library), api, library_target(path, options)));
    TRY(dut->create(options));
    return dut;
}

Result<std::unique_ptr<LibraryDut>> LibraryDut::open(const assay_dut_api* api, std::string target,
                                                     const std::string& options) {
    std::unique_ptr<LibraryDut> dut(new LibraryDut(nullptr, api, std::move(target)));
    TRY(dut->create(options));
    return dut;
}

Result<> LibraryDut::create(const std::string& options) {
    TRY(check_version(api_, target_));
    if (api_->create == nullptr || api_->destroy == nullptr || api_->reset == nullptr ||
        api_->exchange == nullptr) {
        return unusable_library(target_ + ": create, destroy, reset and exchange must be there");
    }
    dut_ = api_->create(options.c_str());
    if (dut_ == nullptr)
        return unusable_library(fmt::format("{}: create() refuses \"{}\"", target_, options));
    if (api_->binding == nullptr) return {};
    transport_ = TRY(transport_named(api_->binding(dut_), target_));
    return {};
}

LibraryDut::~LibraryDut() {
    if (dut_ != nullptr) api_->destroy(dut_);
}

Result<> LibraryDut::reset() {
    if (api_->reset(dut_) == ASSAY_DUT_OK) return {};
    return fail(Errc::closed, "target", Error::npos, "reset() failed");
}

Result<std::optional<Answer>> LibraryDut::call(int kind, ByteView request) {
    answer_.resize(kCapacity);
    size_t size = answer_.size();
    int answer_kind = ASSAY_DUT_MESSAGE;
    if (api_->exchange(dut_, kind, request.data(), request.size(), answer_.data(), &size, &answer_kind) !=
        ASSAY_DUT_OK)
        return fail(Errc::closed, "target", Error::npos, "exchange() says that the device is gone");
    if (size > answer_.size())
        return fail(Errc::out_of_range, "answer_size", Error::npos, "more than the buffer holds");
    if (size == 0) return std::nullopt;
    return Answer{to_bytes(ByteView(answer_).first(size)), answer_kind == ASSAY_DUT_RECORD};
}

Result<std::optional<Bytes>> LibraryDut::exchange(ByteView request, Wait) {
    std::optional<Answer> answer = TRY(call(ASSAY_DUT_MESSAGE, request));
    if (!answer) return std::nullopt;
    return std::move(answer->bytes);
}

Result<std::optional<Answer>> LibraryDut::exchange_secured(ByteView record, Wait) {
    return call(ASSAY_DUT_RECORD, record);
}

const record::Transport& LibraryDut::transport() const {
    return transport_ != nullptr ? *transport_ : record::none();
}

bool LibraryDut::set_sequence(uint32_t session, spdm::Direction way, uint64_t next) {
    return api_->set_sequence != nullptr &&
           api_->set_sequence(dut_, session, way == spdm::Direction::request ? 0 : 1, next) == 0;
}

bool LibraryDut::ask_for_key_update(uint32_t session) {
    return api_->ask_for_key_update != nullptr && api_->ask_for_key_update(dut_, session) == 0;
}

void LibraryDut::wait(std::chrono::microseconds time) {
    if (api_->advance_time != nullptr) {
        api_->advance_time(dut_, static_cast<uint64_t>(time.count()));
    } else {
        std::this_thread::sleep_for(time);
    }
}

}  // namespace assay::lab
