import org.jspecify.annotations.NullMarked;

/** HDF5 chunk codecs over off-heap memory, usable without the rest of Penstock. */
@NullMarked
module org.penstock.compression {
    requires static transitive org.jspecify;
    requires aircompressor.v3;
    requires blosc.java;
    requires jdk.incubator.vector;

    exports org.penstock.compression;
}
