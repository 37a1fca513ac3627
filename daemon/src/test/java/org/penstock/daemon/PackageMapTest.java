package org.penstock.daemon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The package map of {@code src/docs/architecture.md}: who may use whom. */
@AnalyzeClasses(packages = "org.penstock", importOptions = ImportOption.DoNotIncludeTests.class)
final class PackageMapTest {
    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("org.penstock.daemon.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_INGEST_KNOWS_NETTY = noClasses()
            .that()
            .resideOutsideOfPackage("..daemon.ingest..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule ONLY_RING_AND_PIPELINE_KNOW_THE_DISRUPTOR = noClasses()
            .that()
            .resideOutsideOfPackages("..daemon.ring..", "..daemon.pipeline..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.lmax..");

    @ArchTest
    static final ArchRule ONLY_FFI_PACKAGES_CALL_NATIVE_CODE = noClasses()
            .that()
            .resideOutsideOfPackages("..ffi..", "org.penstock.benchmarks..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.SymbolLookup");

    @ArchTest
    static final ArchRule ONLY_HDF5_KNOWS_THE_HDF5_BINDING = noClasses()
            .that()
            .resideOutsideOfPackage("..daemon.hdf5..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("hdf..", "org.bytedeco..");

    @ArchTest
    static final ArchRule HDF5_KNOWS_NOTHING_OF_SCANS = classes()
            .that()
            .resideInAPackage("..daemon.hdf5..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.hdf5..",
                    "org.penstock.protocol",
                    "org.penstock.compression",
                    "hdf..",
                    "org.bytedeco..",
                    "java..",
                    "org.slf4j..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule NEXUS_IS_ABOVE_HDF5_ALONE = noClasses()
            .that()
            .resideInAPackage("..daemon.nexus..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.scan..", "..daemon.ring..", "..daemon.pipeline..", "..daemon.ingest..", "..daemon.cli..");

    @ArchTest
    static final ArchRule SCANS_KNOW_NO_RING_AND_NO_SOCKET = noClasses()
            .that()
            .resideInAPackage("..daemon.scan..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..daemon.ring..", "..daemon.pipeline..", "..daemon.ingest..", "..daemon.cli..");

    @ArchTest
    static final ArchRule LEAVES_USE_NO_OTHER_PACKAGE = noClasses()
            .that()
            .resideInAnyPackage(
                    "..daemon.frame..",
                    "..daemon.telemetry..",
                    "..daemon.config..",
                    "..daemon.process..",
                    "..daemon.ffi..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.ring..",
                    "..daemon.pipeline..",
                    "..daemon.ingest..",
                    "..daemon.scan..",
                    "..daemon.nexus..",
                    "..daemon.hdf5..",
                    "..daemon.cli..");

    @ArchTest
    static final ArchRule THE_JOURNAL_NEEDS_THE_JDK_ALONE = classes()
            .that()
            .resideInAPackage("..daemon.journal..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("..daemon.journal..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule VERIFY_READS_FILES_AND_KNOWS_NO_DAEMON = noClasses()
            .that()
            .resideInAPackage("..daemon.verify..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.ring..",
                    "..daemon.pipeline..",
                    "..daemon.ingest..",
                    "..daemon.scan..",
                    "..daemon.config..",
                    "..daemon.telemetry..");

    @ArchTest
    static final ArchRule NOBODY_USES_THE_COMMANDS = noClasses()
            .that()
            .resideOutsideOfPackages("..daemon.cli..", "org.penstock.benchmarks..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..daemon.cli..");

    @ArchTest
    static final ArchRule STORAGE_IS_BELOW_SCANS = noClasses()
            .that()
            .resideInAPackage("..daemon.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.scan..",
                    "..daemon.ring..",
                    "..daemon.pipeline..",
                    "..daemon.ingest..",
                    "..daemon.config..",
                    "..daemon.cli..");

    @ArchTest
    static final ArchRule THE_DISK_IS_A_LEAF = classes()
            .that()
            .resideInAPackage("..daemon.disk..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("..daemon.disk..", "..daemon.ffi..", "java..", "org.jspecify..", "org.slf4j..");

    @ArchTest
    static final ArchRule A_DESCRIPTION_KNOWS_NO_FILES = classes()
            .that()
            .resideInAPackage("..daemon.description..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.description..",
                    "org.penstock.protocol",
                    "com.fasterxml.jackson..",
                    "java..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule THE_SERVICE_READS_COUNTERS_ALONE = classes()
            .that()
            .resideInAPackage("..daemon.service..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.service..",
                    "..daemon.telemetry..",
                    "..daemon.ffi..",
                    "java..",
                    "org.slf4j..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule THE_WAY_OF_A_FRAME_KNOWS_NO_HTTP = noClasses()
            .that()
            .resideInAnyPackage(
                    "..daemon.ring..",
                    "..daemon.ingest..",
                    "..daemon.pipeline..",
                    "..daemon.scan..",
                    "..daemon.storage..",
                    "..daemon.nexus..",
                    "..daemon.hdf5..",
                    "..daemon.access..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.helidon..", "..daemon.http..", "..daemon.control..");

    @ArchTest
    static final ArchRule THE_HTTP_SERVER_KNOWS_NOT_WHAT_IT_SERVES = classes()
            .that()
            .resideInAPackage("..daemon.http..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "..daemon.http..",
                    "..daemon.access..",
                    "..daemon.config..",
                    "..daemon.tls..",
                    "org.penstock.protocol.tls",
                    "io.helidon..",
                    "com.fasterxml.jackson..",
                    "java..",
                    "org.slf4j..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule ONLY_METRICS_KNOW_THE_PROMETHEUS_LIBRARY = noClasses()
            .that()
            .resideOutsideOfPackages("..daemon.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.prometheus..");

    @ArchTest
    static final ArchRule METRICS_ARE_READ_BY_NOBODY_ON_THE_WAY_OF_A_FRAME = noClasses()
            .that()
            .resideInAnyPackage("..daemon.ingest..", "..daemon.pipeline..", "..daemon.ring..", "..daemon.scan..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..daemon.metrics..");

    @ArchTest
    static final ArchRule ONLY_THE_LOG_KNOWS_LOGBACK = noClasses()
            .that()
            .resideOutsideOfPackages("..daemon.log..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ch.qos..");
}
