/// The number of images that lie side by side in memory.
package let imageBlock = 12
