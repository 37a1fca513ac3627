/** HDF5 chunk codecs over off-heap memory. */
package org.penstock.compression;
