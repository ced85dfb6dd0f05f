#include "conformance/lab/library_path.h"

namespace assay::lab {

namespace {

using transfer::Status;

static_assert(ASSAY_PATH_TAG_SIZE == crypto::kAeadTagSize && ASSAY_PATH_IV_SIZE == transfer::Iv{}.size());

// The library and its table, shared by keys and channels.
struct Loaded {
    SharedLibrary library;
    const assay_path_api* api = nullptr;
    assay_path* path = nullptr;

    Loaded(SharedLibrary held, const assay_path_api* table) : library(std::move(held)), api(table) {}
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
    ~Loaded() {
        if (path != nullptr) api->destroy(path);
    }

    // What a function of the table came to; it has no such ability where there is none.
    template <class... Taken, class... Given>
    PathResult<> call(int (*assay_path_api::*member)(assay_path*, Taken...), Given... given) const {
        auto* const function = api->*member;
        if (function == nullptr) return not_there();
        switch (const int status = function(path, given...)) {
            case ASSAY_PATH_OK: return {};
            case ASSAY_PATH_INVALID_ARGUMENT: return refused(Status::invalid_argument);
            case ASSAY_PATH_INVALID_DATA: return refused(Status::invalid_data);
            case ASSAY_PATH_INVALID_STATE: return refused(Status::invalid_state);
            case ASSAY_PATH_NOT_READY: return refused(Status::not_ready);
            case ASSAY_PATH_INSUFFICIENT_RESOURCES: return refused(Status::insufficient_resources);
            case ASSAY_PATH_BUSY: return refused(Status::busy);
            case ASSAY_PATH_TIMEOUT: return refused(Status::timeout);
            default:
                return std::unexpected(PathRefusal{
                    .gone = fmt::format("status {}, which is none of assay_path_status", status)});
        }
    }

   private:
    static std::unexpected<PathRefusal> refused(Status status) {
        return std::unexpected(PathRefusal{.status = status});
    }
};

using Shared = std::shared_ptr<const Loaded>;

class LibraryChannel final : public PathChannel {
   public:
    LibraryChannel(Shared loaded, uint32_t number) : loaded_(std::move(loaded)), number_(number) {}

    PathResult<PathBlock> seal(ByteView aad, ByteView text) override {
        PathBlock block = block_for(text);
        TRY(loaded_->call(&assay_path_api::seal, number_, aad.data(), aad.size(), text.data(), text.size(),
                          block.text.data(), block.tag.data(), &block.version));
        return block;
    }
    PathResult<> open(ByteView aad, const PathBlock& block, std::span<uint8_t> out) override {
        // The interface has one size for both texts, and none for the tag.
        if (block.tag.size() != ASSAY_PATH_TAG_SIZE || block.text.size() != out.size()) return not_there();
        return loaded_->call(&assay_path_api::open, number_, block.version, block.tag.data(), aad.data(),
                             aad.size(), block.text.data(), block.text.size(), out.data());
    }
    PathResult<> skip() override { return loaded_->call(&assay_path_api::skip, number_); }
    PathResult<size_t> take_iv() override {
        uint32_t taken = 0;
        TRY(loaded_->call(&assay_path_api::take_iv, number_, &taken));
        return taken;
    }
    PathResult<PathBlock> seal_with(size_t iv, ByteView aad, ByteView text) override {
        PathBlock block = block_for(text);
        TRY(loaded_->call(&assay_path_api::seal_with, number_, static_cast<uint32_t>(iv), aad.data(),
                          aad.size(), text.data(), text.size(), block.text.data(), block.tag.data(),
                          &block.version));
        return block;
    }
    PathResult<> rotate_iv() override { return loaded_->call(&assay_path_api::rotate_iv, number_); }
    void ended(uint64_t sealed) override { (void)loaded_->call(&assay_path_api::ended, number_, sealed); }
    PathResult<> may_rotate() override { return loaded_->call(&assay_path_api::may_rotate, number_); }
    bool set_counted(uint64_t messages) override {
        return loaded_->call(&assay_path_api::set_counted, number_, messages).has_value();
    }

   private:
    static PathBlock block_for(ByteView text) {
        return {.text = Bytes(text.size()), .tag = Bytes(ASSAY_PATH_TAG_SIZE)};
    }

    Shared loaded_;
    uint32_t number_;
};

class LibraryKey final : public PathKey {
   public:
    LibraryKey(Shared loaded, uint32_t number) : loaded_(std::move(loaded)), number_(number) {}

    PathResult<std::unique_ptr<PathChannel>> channel(const transfer::Iv& mask) override {
        uint32_t made = 0;
        TRY(loaded_->call(&assay_path_api::next_channel, number_, mask.data(), &made));
        return std::make_unique<LibraryChannel>(loaded_, made);
    }
    PathResult<> rotate() override { return loaded_->call(&assay_path_api::rotate_key, number_); }
    void close() override { (void)loaded_->call(&assay_path_api::close_key, number_); }
    bool set_next_channel(uint64_t counter) override {
        return loaded_->call(&assay_path_api::set_next_channel, number_, counter).has_value();
    }
    bool set_work_limit(uint64_t limit) override {
        return loaded_->call(&assay_path_api::set_work_limit, number_, limit).has_value();
    }

   private:
    Shared loaded_;
    uint32_t number_;
};

class LibraryPath final : public PathTarget {
   public:
    LibraryPath(Shared loaded, std::string name) : loaded_(std::move(loaded)), name_(std::move(name)) {}

    std::string name() const override { return name_; }
    PathResult<std::unique_ptr<PathKey>> key(ByteView export_secret, transfer::KeyId id) const override {
        const std::string label(transfer::info(id).label);
        uint32_t made = 0;
        TRY(loaded_->call(&assay_path_api::make_key, label.c_str(), export_secret.data(),
                          export_secret.size(), &made));
        return std::make_unique<LibraryKey>(loaded_, made);
    }
    PathResult<std::unique_ptr<PathGuest>> guest(ByteView, std::span<uint8_t>,
                                                 const PathConfig&) const override {
        return not_there();
    }
    PathResult<std::unique_ptr<PathGpu>> gpu(ByteView, std::span<uint8_t>, const PathConfig&) const override {
        return not_there();
    }

   private:
    Shared loaded_;
    std::string name_;
};

}  // namespace

Result<std::unique_ptr<PathTarget>> library_path(const std::string& path, const std::string& options) {
    SharedLibrary library = TRY(load_library(path));
    const auto* api = TRY(table_of<assay_path_api>(library, path, "assay_path_get"));
    const std::string name = library_target(path, options);
    TRY(check_version(api, name));
    if (api->create == nullptr || api->destroy == nullptr || api->make_key == nullptr ||
        api->next_channel == nullptr || api->seal == nullptr || api->open == nullptr) {
        return unusable_library(name +
                                ": create, destroy, make_key, next_channel, seal and open must be there");
    }
    auto loaded = std::make_shared<Loaded>(std::move(library), api);
    loaded->path = api->create(options.c_str());
    if (loaded->path == nullptr)
        return unusable_library(fmt::format("{}: create() refuses \"{}\"", name, options));
    return std::make_unique<LibraryPath>(std::move(loaded), name);
}

}  // namespace assay::lab
