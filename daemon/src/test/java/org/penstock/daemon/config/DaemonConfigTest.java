package org.penstock.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.compression.BitshuffleLz4;
import org.penstock.compression.Uncompressed;
import org.penstock.daemon.disk.Ownership;

class DaemonConfigTest {
    private static final String EVERY_KEY = """
            network: {host: "::1", port: 0, ingest_threads: 3, handshake_timeout: 2 min, max_connections: 7,
              max_connections_per_peer: 2}
            http: {host: "::1", port: off, max_connections: 3, max_connections_per_peer: 1, header_bytes: 4 KiB,
              body_bytes: 1 MiB, idle_timeout: 7 s}
            security: {token_file: /etc/penstock/tokens, plain_text: private_network, tls_certificate: /etc/penstock/tls.crt,
              tls_key: /etc/penstock/tls.key, tls_client_ca: /etc/penstock/clients.crt}
            limits: {frame_bytes: 1 GiB, streams: 5, scans: 6}
            memory: {slab_bytes: 3 GiB, stream_bytes: 1.5 GiB, bridge: 3 s, ring_slots: 64, chunk_bytes: 65536,
              late_frame_wait: 20 ms, keep_interval: 30 ms}
            compression: {codec: none, threads: 9}
            storage:
              data_dir: /data/visitor
              path_template: raw/{sample}/{dataset}
              part_bytes_min: 4096
              part_bytes_max: 8 KiB
              part_seconds: 0.5 s
              open_parts: 2
              master_interval: 250 ms
              file_mode: 0660
              dir_mode: 2770
              group: root
              journal_dir: /nvme/journals
              sync_interval: 5 ms
              sync_bytes: 1 MiB
              writeback_bytes: 16 MiB
              free_bytes_min: 1 GiB
              full_disk_wait: 1 h
              lima_root: /data/lima
            scan: {proposal: hg123, beamline: id13, session: 20260901, sample: si, dataset: 0007, title: a test,
              instrument: ID13-EH3, template: nxscan, idle_timeout: 1 h, resume_window: 0 s}
            service: {io_limit: 45 s}
            """;

    private static final ScanConfig OTHER_SCAN = new ScanConfig(
            "hg123",
            "id13",
            "20260901",
            "si",
            "0007",
            "a test",
            "ID13-EH3",
            "nxscan",
            Duration.ofHours(1),
            Duration.ZERO);

    @TempDir
    private Path folder;

    @Test
    void shouldRunWithTheDefaultsOfTheDocumentedFile() {
        DaemonConfig config = DaemonConfig.load(null);

        assertThat(config).isEqualTo(DaemonConfig.defaults());
        assertThat(config.network().host()).isEqualTo("127.0.0.1");
        assertThat(config.network().port()).isEqualTo(9700);
        assertThat(config.network().handshakeTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.network().maxConnections()).isEqualTo(128);
        assertThat(config.network().maxConnectionsPerPeer()).isEqualTo(96);
        assertThat(config.http())
                .isEqualTo(new HttpConfig("127.0.0.1", 8787, 64, 48, 8 << 10, 8 << 20, Duration.ofSeconds(30)));
        assertThat(config.security()).isEqualTo(new SecurityConfig(null, PlainText.LOOPBACK, null, null, null));
        assertThat(config.limits()).isEqualTo(new LimitsConfig(256 << 20, 64, 64));
        assertThat(config.memory().bridge()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.memory().ringSlots()).isEqualTo(4096);
        assertThat(config.memory().chunkBytes()).isEqualTo(1 << 20);
        assertThat(config.memory().lateFrameWait()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.memory().keepInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.compression().codec()).isEqualTo(new BitshuffleLz4());
        assertThat(config.storage())
                .isEqualTo(new StorageConfig(
                        Path.of("penstock-data"),
                        new PathTemplate("{proposal}/{beamline}/{session}/RAW_DATA/{sample}/{sample}_{dataset}"),
                        64 << 20,
                        2L << 30,
                        Duration.ofSeconds(3),
                        4,
                        Duration.ofSeconds(1),
                        new FileMode(0640),
                        new FileMode(0750),
                        null,
                        null,
                        Duration.ofMillis(50),
                        64 << 20,
                        16 << 20,
                        16 << 20,
                        Duration.ofMinutes(10),
                        null));
        assertThat(config.scan())
                .isEqualTo(new ScanConfig(
                        null,
                        "id00",
                        null,
                        "sample",
                        "0001",
                        "penstock acquisition",
                        null,
                        "esrf",
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60)));
        assertThat(config.service()).isEqualTo(new ServiceConfig(Duration.ofMinutes(5)));
    }

    @Test
    void shouldReplaceAutomaticByNumbersOfThisMachine() {
        DaemonConfig config = DaemonConfig.defaults();
        int cores = Runtime.getRuntime().availableProcessors();

        assertThat(config.network().ingestThreads()).isEqualTo(Math.max(1, cores / 8));
        assertThat(config.compression().threads()).isEqualTo(Math.max(1, cores - 1));
        assertThat(config.memory().slabBytes()).isBetween(16L << 20, 2L << 30);
        assertThat(config.memory().streamBytes())
                .isLessThanOrEqualTo(config.memory().slabBytes());
    }

    @Test
    void shouldMapEveryKeyOfAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("all.yaml"), EVERY_KEY);

        assertThat(DaemonConfig.load(file))
                .isEqualTo(new DaemonConfig(
                        new NetworkConfig("::1", 0, 3, Duration.ofMinutes(2), 7, 2),
                        new HttpConfig("::1", null, 3, 1, 4096, 1 << 20, Duration.ofSeconds(7)),
                        new SecurityConfig(
                                Path.of("/etc/penstock/tokens"),
                                PlainText.PRIVATE_NETWORK,
                                Path.of("/etc/penstock/tls.crt"),
                                Path.of("/etc/penstock/tls.key"),
                                Path.of("/etc/penstock/clients.crt")),
                        new LimitsConfig(1 << 30, 5, 6),
                        new MemoryConfig(
                                3L << 30,
                                3L << 29,
                                Duration.ofSeconds(3),
                                64,
                                65_536,
                                Duration.ofMillis(20),
                                Duration.ofMillis(30)),
                        new CompressionConfig(new Uncompressed(), 9),
                        new StorageConfig(
                                Path.of("/data/visitor"),
                                new PathTemplate("raw/{sample}/{dataset}"),
                                4096,
                                8192,
                                Duration.ofMillis(500),
                                2,
                                Duration.ofMillis(250),
                                new FileMode(0660),
                                new FileMode(02770),
                                Ownership.group("root"),
                                Path.of("/nvme/journals"),
                                Duration.ofMillis(5),
                                1 << 20,
                                1 << 24,
                                1 << 30,
                                Duration.ofHours(1),
                                Path.of("/data/lima")),
                        OTHER_SCAN,
                        new ServiceConfig(Duration.ofSeconds(45))));
    }

    @Test
    void shouldKeepTheDefaultOfEveryKeyThatAFileDoesNotName() {
        DaemonConfig config = ConfigReader.read("# only this\nnetwork:\n  port: 9800\nscan:\n");

        assertThat(config).isEqualTo(DaemonConfig.defaults().withPort(9800));
        assertThat(ConfigReader.read("# nothing\n")).isEqualTo(DaemonConfig.defaults());
    }

    @Test
    void shouldNameTheNearestKeyForOneThatIsUnknown() {
        assertThatThrownBy(() -> ConfigReader.read("""
                        memory:
                          slab_byte: 1 GiB
                        netwrk:
                          port: 1
                        data_dir: /data
                        network:
                          frobnication: 3
                        """))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("""
                        configuration refused: source=text, problems=4
                          memory.slab_byte: unknown key, did you mean memory.slab_bytes? (line 2)
                          netwrk.port: unknown key, did you mean network.port? (line 4)
                          data_dir: unknown key, did you mean storage.data_dir? (line 5)
                          network.frobnication: unknown key (line 7)""");
    }

    @Test
    void shouldCollectEveryProblemInOneMessage() {
        assertThatThrownBy(() -> ConfigReader.read("""
                        network:
                          host: detector.example.org
                          port: 70000
                          handshake_timeout: 5
                        memory:
                          slab_bytes: large
                          ring_slots: 1000
                        compression:
                          codec: gzip:11
                          threads: many
                        limits: 5
                        storage:
                          path_template: "../{sampel}/{dataset}"
                          part_bytes_min: 4 GiB
                          file_mode: "0440"
                          data_dir:
                        scan:
                          sample: "../etc"
                          dataset: [1, 2]
                        """))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("""
                        configuration refused: source=text, problems=14
                          scan.dataset: expected=one value, actual=a list (line 19)
                          limits: expected=a section of keys, actual=5 (line 11)
                          network.handshake_timeout: expected=a duration such as 500 ms, 5 s or 2 min, actual=5 (line 4)
                          network.host: expected=an IP address or localhost, actual=detector.example.org (line 2)
                          network.port: expected=0 to 65535, actual=70000 (line 3)
                          memory.slab_bytes: expected=auto, or a size such as 512 MiB, 1 GiB or 65536, actual=large (line 6)
                          memory.ring_slots: expected=a power of two, 16 to 1048576, actual=1000 (line 7)
                          compression.codec: expected=1 to 9 as level, actual=gzip:11 (line 9)
                          compression.threads: expected=auto, or a whole number, actual=many (line 10)
                          storage.data_dir: expected=a value, actual=null (line 16)
                          storage.path_template: expected=%s (unknown: {sampel}), actual=../{sampel}/{dataset} (line 13)
                          storage.part_bytes_max: expected=storage.part_bytes_min (4 GiB) to 1024 GiB, actual=2 GiB
                          storage.file_mode: expected=a mode that lets the owner read and write (0600), without set-id bits, actual=0440 (line 15)
                          scan.sample: expected=a name of letters, digits, . _ - (the first a letter or digit, 128 at most), actual=../etc (line 18)""".formatted(PathTemplate.FORM));
    }

    @Test
    void shouldRefuseWhatYamlAllowsAndAConfigurationDoesNot() {
        assertThatThrownBy(() -> ConfigReader.read("scan:\n  sample: &a x\n  dataset: *a\n  title: a\n  title: b\n"))
                .hasMessageContaining("scan.dataset: expected=one value, actual=an alias")
                .hasMessageContaining("scan.title: given twice: lines 4 and 5");
        assertThatThrownBy(() -> ConfigReader.read("- a\n- b\n")).hasMessageContaining("expected=keys and values");
        assertThatThrownBy(() -> ConfigReader.read("scan:\n  sample: a\n---\nscan:\n"))
                .hasMessageContaining("expected=one YAML document");
        assertThatThrownBy(() -> ConfigReader.read("scan:\n  sample: {a\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("configuration is not YAML: file=text, line=3");
    }

    @Test
    void shouldRefuseAGroupThatThisMachineDoesNotHave() {
        assertThatThrownBy(() -> ConfigReader.read("storage:\n  group: no-such-group\n  open_parts: 0\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("""
                        configuration refused: source=text, problems=2
                          storage.group: expected=a group of this machine, actual=no-such-group (line 2)
                          storage.open_parts: expected=1 to 64, actual=0 (line 3)""");
    }

    @Test
    void shouldNameAFileThatCanNotBeRead() {
        assertThatThrownBy(() -> DaemonConfig.load(folder.resolve("absent.yaml")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("configuration not readable: file=" + folder.resolve("absent.yaml"));
    }

    @Test
    void shouldHaveEveryRecordComponentInTheDefaultFileWithAComment() {
        List<String> documented = documentedKeys();

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        ConfigKey.all().stream().map(ConfigKey::path).toList());
    }

    @Test
    void shouldTakeItsOwnDefaultFileAsAnOperatorsFile() {
        assertThat(ConfigReader.read(ConfigReader.defaultText())).isEqualTo(DaemonConfig.defaults());
    }

    @Test
    void shouldBeOverriddenFromTheCommandLine() {
        DaemonConfig config = DaemonConfig.defaults()
                .withHost("localhost")
                .withPort(0)
                .withHttpPort(null)
                .withDataDir(Path.of("/tmp/../data"));

        assertThat(config.network().host()).isEqualTo("localhost");
        assertThat(config.network().port()).isZero();
        assertThat(config.http().port()).isNull();
        assertThat(config.describe()).contains("http.port=off");
        assertThat(config.storage().dataDir()).isEqualTo(Path.of("/data"));
        assertThat(config.storage().effectiveLimaRoot()).isEqualTo(Path.of("/data"));
        ConfigurationException refused = catchThrowableOfType(
                ConfigurationException.class, () -> DaemonConfig.defaults().withHost("192.0.2.1"));
        assertThat(refused).hasMessageContaining("network.host: expected=a loopback address");
    }

    @Test
    void shouldDescribeEffectiveValuesInOneLine() {
        String line = ConfigReader.read("memory:\n  slab_bytes: 512 MiB\n").describe();

        assertThat(line)
                .startsWith("network.host=127.0.0.1, network.port=9700, network.ingest_threads=")
                .contains("memory.slab_bytes=512 MiB, memory.stream_bytes=256 MiB")
                .contains("http.port=8787")
                .contains("compression.codec=bslz4", "network.handshake_timeout=5 s", "storage.dir_mode=0750")
                .contains("storage.data_dir=" + Path.of("penstock-data").toAbsolutePath())
                .doesNotContain("\n", "=0,");
    }

    @Test
    void shouldNameProposalSessionAndInstrumentByBeamlineAndDay() {
        ScanConfig scan = DaemonConfig.defaults().scan();
        LocalDate day = LocalDate.of(2026, 9, 17);

        assertThat(scan.proposalOn(day)).isEqualTo("id002609");
        assertThat(scan.sessionOn(day)).isEqualTo("20260901");
        assertThat(scan.instrumentName()).isEqualTo("ESRF-ID00");
    }

    /** Keys of the default file that have a comment directly above. */
    private static List<String> documentedKeys() {
        List<String> keys = new ArrayList<>();
        String section = "";
        String above = "";
        for (String line : ConfigReader.defaultText().lines().toList()) {
            if (line.matches("[a-z].*:")) {
                section = line.replace(":", ".");
            } else if (line.matches(" {2}[a-z].*") && above.startsWith("  # ")) {
                keys.add(section + line.strip().split(":", 2)[0]);
            }
            above = line;
        }
        return keys;
    }
}
